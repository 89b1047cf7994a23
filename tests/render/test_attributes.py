from __future__ import annotations

from textwrap import dedent

from mlinfra.model.value import Redacted, Sensitive, Unknown
from tests.render.sample import CANARY, added, attribute, changed, released, removed


def test_scalars() -> None:
    assert attribute(
        changed("max_instances", 2, 4),
        changed("ssh", False, True),
        changed("number", 4, "4"),
        changed("name", None, ""),
        changed("wait", "PT90S", "P1DT2H"),
    ) == dedent("""\
              max_instances:  2 → 4
              ssh:            false → true
              number:         4 → "4"
              name:           null → ""
              wait:           90 s → 1 day 2 h
        """)


def test_added_removed_and_released() -> None:
    assert attribute(
        added("tags.team", "ml"),
        removed("tags.old-owner", "ana"),
        released("description", "hello"),
        added("network", {"default": "Deny", "ips": ["10.0.0.0/8"]}),
        removed("label", {"a b": 1}),
    ) == dedent("""\
              tags.team:        + ml
              tags.old-owner:   - ana
              description:      hello   # left to the service
              network.default:  + Deny
              network.ips:      + [10.0.0.0/8]
              label["a b"]:     - 1
        """)


def test_marks() -> None:
    text = attribute(
        changed("principal", "x", Unknown("${a.b.c}")),
        changed("secret", Redacted(CANARY), Sensitive(CANARY)),
        changed("tainted", "x", Unknown(CANARY, sensitive=True)),
        added("new", Sensitive({"user": CANARY})),
        changed("deep", {"a": Sensitive(CANARY), "b": 1}, {"a": Sensitive(CANARY + "2"), "b": 2}),
    )
    assert text == dedent("""\
              principal:  x → (known after apply)
              secret:     (sensitive) → (sensitive)
              tainted:    x → (sensitive)
              new:        + (sensitive)
              deep.a:     (sensitive) → (sensitive)
              deep.b:     1 → 2
        """)
    assert CANARY not in text


def test_a_text_that_says_our_words_is_in_quotes() -> None:
    assert attribute(changed("a", "(sensitive)", "x → y # forces")) == (
        'a:  "(sensitive)" → "x → y # forces"\n'
    )


def test_one_item_for_another() -> None:
    assert attribute(
        changed("conda_file.dependencies", ["python=3.10", "numpy", "pip"], ["python=3.10", "numpy=1", "pip"])
    ) == ("conda_file.dependencies:  numpy → numpy=1   # 2 others unchanged\n")


def test_list_items() -> None:
    assert attribute(
        changed("channels", ["a", "b", "same"], ["c", "same", "d", "d"]),
        changed("none", [], ["x"]),
        changed("gone", ["x", "y"], []),
        changed("twice", ["x", "x", "y"], ["x", "y"]),
    ) == dedent("""\
              channels:  - a   # 1 other unchanged
                         - b
                         + c
                         + d
                         + d
              none:      + x
              gone:      - x
                         - y
              twice:     - x   # 2 others unchanged
        """)


def test_list_in_another_order() -> None:
    assert attribute(changed("order", [1, 2, 3], [3, 2, 1])) == "order:  3 items, another order\n"


def test_list_of_secrets() -> None:
    assert attribute(
        changed("keys", [Sensitive(CANARY)], [Sensitive(CANARY + "2")]),
        changed("more", [Redacted("1")], [Redacted("1"), Sensitive(CANARY)]),
        changed("later", ["a"], ["a", Unknown()]),
    ) == dedent("""\
              keys:   1 item, (sensitive) changed
              more:   + (sensitive)   # 1 other unchanged
              later:  + (known after apply)   # 1 other unchanged
        """).replace("+ (sensitive)   #", "+ (sensitive)           #")


def test_objects_are_matched_by_name() -> None:
    before = [{"name": "web", "port": 80, "old": 1}, {"name": "db", "port": 1}, {"name": "same"}]
    after = [{"name": "web", "port": 443, "new": 2}, {"name": "ssh", "port": 22}, {"name": "same"}]
    assert attribute(changed("rules", before, after)) == dedent("""\
              rules:  - {name: db, port: 1}
                      ~ web.port: 80 → 443
                      - web.old: 1
                      + web.new: 2
                      + {name: ssh, port: 22}
        """)


def test_secrets_in_matched_objects() -> None:
    before = [{"name": "a", "key": Sensitive(CANARY)}, {"name": "b", "key": Sensitive("same")}]
    after = [{"name": "a", "key": Sensitive(CANARY + "2")}, {"name": "b", "key": Sensitive("same")}]
    assert attribute(changed("rules", before, after)) == ("rules:  ~ a.key: (sensitive) → (sensitive)\n")


def test_objects_without_a_name_of_their_own_are_compared_whole() -> None:
    before = [{"name": "a", "port": 1}, {"name": "a", "port": 2}]
    after = [{"name": "a", "port": 1}, {"name": "a", "port": 3}]
    assert attribute(changed("rules", before, after)) == (
        "rules:  {name: a, port: 2} → {name: a, port: 3}   # 1 other unchanged\n"
    )


def test_text_is_a_unified_diff() -> None:
    before = "".join(f"line {n}\n" for n in range(1, 20))
    after = before.replace("line 9\n", "line nine\nand a half\n")
    assert attribute(changed("script", before, after), changed("n", 1, 2)) == dedent("""\
              script:  2 lines added, 1 line taken out
                 @@ -6,7 +6,8 @@
                 line 6
                 line 7
                 line 8
                -line 9
                +line nine
                +and a half
                 line 10
                 line 11
                 line 12
              n:       1 → 2
        """)


def test_text_without_its_last_newline() -> None:
    assert attribute(changed("script", "a\nb\n", "a\nb")) == dedent("""\
              script:  1 line taken out
                 @@ -1,3 +1,2 @@
                 a
                 b
                -
        """)


def test_text_that_looks_like_a_diff_stays_text() -> None:
    assert attribute(changed("script", "@@ a\n-b", "@@ a\n-c")).splitlines()[2:] == [
        "   @@ a",
        "  --b",
        "  +-c",
    ]


def test_texts_that_differ_only_in_signs_that_are_shown_alike() -> None:
    assert attribute(changed("script", "a\n\x1b", "a\n\\x1b")) == (
        "script:  signs that cannot be shown differ\n"
    )


def test_huge_texts_are_not_compared() -> None:
    assert attribute(changed("script", "a\n" * 3000, "b\n" * 3000)) == (
        "script:  text of 3,000 lines → text of 3,000 lines\n"
    )


def test_text_that_is_new() -> None:
    assert attribute(added("script", "a\n\tb\n")) == dedent("""\
              script:  + text of 2 lines
                +a
                +\\tb
        """)


def test_what_forces_a_replacement_is_marked_beside_the_rest() -> None:
    assert attribute(changed("zones", ["1", "2"], ["1", "3"], forces_replacement=True)) == (
        'zones:  "2" → "3"   # forces replacement, 1 other unchanged\n'
    )


def test_a_key_that_is_too_long_pushes_only_its_own_value() -> None:
    long = "k" * 60
    assert attribute(changed("short", 1, 2), changed(long, 1, 2)) == (f"short:  1 → 2\n{long}:  1 → 2\n")
