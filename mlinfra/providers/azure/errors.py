"""What Azure answers when it refuses, as a `ProviderError` that says what to do.

Known codes get a code of ours, a hint and whether trying again helps (`rules`); unknown ones pass code and
message through, cleaned (`envelope`).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.envelope import clean, codes_of, message_of, retry_after
from mlinfra.providers.azure.error_rules import RULES, SIGNIN_HINT, rule_for_codes, rule_for_status
from mlinfra.providers.azure.rights import roles_for


class AzureError(ProviderError):
    """A refusal by Azure. ``status`` is the HTTP status (0: none), ``reasons`` are Azure's own codes,
    outermost first. ``ended`` says that an operation that was accepted has ended badly: asking how it is
    doing once more is no use."""

    def __init__(
        self,
        code: str,
        summary: str,
        *,
        status: int = 0,
        reasons: tuple[str, ...] = (),
        ended: bool = False,
        **words: Any,
    ) -> None:
        super().__init__(code, summary, **words)
        self.status = status
        self.reasons = reasons
        self.ended = ended


_ACTION = re.compile(
    r"not have (?:authorization|permission) to perform action(?:\(s\))? '([^']+)'"
    r"(?: (?:over scope|on the linked scope\(s\)|on scope) '([^']+)')?"
)
_ENTRA = re.compile(r"AADSTS\d+:[^.\n]*")
_REGIONS = re.compile(
    r"location '(?P<given>[^']{1,60})'[^']{0,80}?"
    r"(?P<rest>\bList of available regions[^']{0,80}'(?P<offered>[^']+)')"
)
_LOCKED = re.compile(r"scope\(s\) are locked: (?P<scopes>'[^']+'(?:,\s*'[^']+')*)")
_PRINCIPAL = re.compile(r"Principal ([0-9a-f]{32}) does not exist in the directory", re.IGNORECASE)
_NAMESPACE = re.compile(r"namespace '([A-Za-z0-9.]+)'")


def refusal(status: int, headers: Mapping[str, str], body: Any, *, method: str, path: str) -> AzureError:
    """The error for an answer of 400 and above.

    ``headers`` have lower-case names; ``body`` is parsed JSON, text, or None. ``method`` and ``path`` say
    what was asked, for a service that says nothing (a compute's 404 has no body at all).
    """
    codes = tuple(codes_of(body))
    message = message_of(body)
    after = retry_after(headers)
    words: dict[str, Any] = {"status": status, "reasons": codes, "after": after}
    if status == 403 and ({"AuthorizationFailed", "LinkedAuthorizationFailed"} & set(codes)):
        return _rights(codes, message, words)
    if "MissingSubscriptionRegistration" in codes:
        return _unregistered(message, words)
    if "ScopeLocked" in codes:
        return _locked(method, message, words)
    rule = rule_for_codes(codes, message) or rule_for_status(status)
    if "PrincipalNotFound" in codes:
        message = _unknown_principal(message)
    summary = clean(message) or f"Azure answered {status} to {method} {clean(path)}"
    if rule is None:
        shown = clean(codes[0]) if codes else ""
        return AzureError(
            "MLI-AZ-REFUSED", f"{shown}: {summary}" if shown and shown not in summary else summary, **words
        )
    hint = rule.hint
    if rule.code == "MLI-AZ-LOCATION":
        summary, hint = _regions(message, summary, hint)
    return AzureError(
        rule.code,
        summary,
        hint=hint,
        retryable=rule.retryable,
        path=rule.path,
        sent=rule.sent,
        kept=rule.kept,
        **words,
    )


def _regions(message: str, summary: str, hint: str) -> tuple[str, str]:
    """A refused region: the near one of those that Azure lists, instead of the whole list."""
    told = _REGIONS.search(message)
    if told is None:
        return summary, hint
    offered = [name.strip() for name in told["offered"].split(",")]
    near = get_close_matches(told["given"].lower(), offered, n=1)
    meant = f"Did you mean `{clean(near[0])}`? " if near else ""
    return clean(message[: told.start("rest")]).rstrip(), f"{meant}{hint}"


def failed_operation(body: Any) -> AzureError:
    """The error for an operation that was accepted and ended badly (HTTP 200 with ``status: Failed``, or a
    resource in provisioning state Failed). A retryable one must be started anew, so ``sent`` is False."""
    codes = tuple(codes_of(body))
    message = clean(message_of(body))
    words: dict[str, Any] = {"reasons": codes, "ended": True}
    if {"AuthorizationFailed", "LinkedAuthorizationFailed"} & set(codes):
        return _rights(codes, message, words)
    rule = rule_for_codes(codes, message)
    if rule is None:
        shown = clean(codes[0]) if codes else ""
        summary = f"{shown}: {message}" if shown and message else message or shown
        return AzureError(
            "MLI-AZ-FAILED",
            summary or "Azure accepted the request and then failed without saying why",
            hint="The activity log of the resource group has more (`az monitor activity-log list`).",
            **words,
        )
    return AzureError(
        rule.code,
        message or clean(codes[0]),
        hint=rule.hint,
        path=rule.path,
        retryable=rule.retryable,
        sent=not rule.retryable,
        kept=rule.kept,
        **words,
    )


def gone(id: str) -> AzureError:
    """The error for a resource that should be there and is not."""
    return AzureError(
        "MLI-AZ-GONE",
        f"{clean(id)} is not there any more",
        status=404,
        hint="Somebody deleted it meanwhile, or its creation did not last. Plan again.",
    )


def not_signed_in(why: object) -> AzureError:
    """The error for a credential that gave no token; of a long explanation, Entra ID's own part."""
    told = _ENTRA.search(str(why))
    return AzureError(
        "MLI-AZ-SIGNIN",
        f"not signed in to Azure: {clean(told[0])}" if told else "not signed in to Azure",
        status=401,
        hint=SIGNIN_HINT,
        sent=False,
    )


def throttled(seconds: float) -> AzureError:
    """The error for a request that was not sent, since Azure asked for none for so many seconds yet."""
    return AzureError(
        "MLI-AZ-THROTTLED",
        "Azure has asked to wait with requests of this kind",
        hint="It is tried again when the time is over.",
        busy=True,
        after=seconds,
        sent=False,
    )


def unreachable(why: object, *, sent: bool) -> AzureError:
    """The error for a connection that did not come about (``sent`` False) or broke (True)."""
    return AzureError(
        "MLI-AZ-NETWORK",
        f"no connection to Azure: {clean(why)}",
        hint="Check the network and the proxy (HTTPS_PROXY, NO_PROXY); it is tried again.",
        retryable=True,
        sent=sent,
    )


def foreign(link: str) -> AzureError:
    """The error for a link to another host in an answer: our token is not sent there."""
    return AzureError(
        "MLI-AZ-PROTOCOL",
        f"the answer of Azure leads to another host: {clean(link.partition('?')[0])}",
        hint="Something between you and Azure changes its answers (a proxy?). Nothing was sent there.",
    )


def absent_error(wrong: AzureError) -> bool:
    """Whether a refusal says that what it was about is not there (see `absent`)."""
    return wrong.status == 404 and not (_NOT_ABSENT & set(wrong.reasons))


def _rights(codes: tuple[str, ...], message: str, words: Mapping[str, Any]) -> AzureError:
    match = _ACTION.search(message)
    if not match:
        return AzureError("MLI-AZ-RIGHTS", clean(message), hint="Ask for the right that it names.", **words)
    action, scope = clean(match[1]), clean(match[2] or "")
    linked = "LinkedAuthorizationFailed" in codes
    where = f" on {scope}" if scope else ""
    return AzureError(
        "MLI-AZ-RIGHTS",
        f"you may not {action}{where}" + (", which this resource points to" if linked else ""),
        hint=f"Ask for a role that may{where}: {roles_for(action)}. "
        "A role given just now takes some minutes; `az login` again picks it up.",
        **words,
    )


def _unknown_principal(message: str) -> str:
    """In a line, what Azure says in six: it is said again with each try (R:test_resource_policy_identity)."""
    told = _PRINCIPAL.match(message)
    return f"the directory does not know the principal {uuid.UUID(told[1])} (yet)" if told else message


def _locked(method: str, message: str, words: Mapping[str, Any]) -> AzureError:
    """What is locked, and how to find and remove the lock. The locks themselves are not in Azure's answer.

    A DELETE is refused by either level of lock, anything else by ReadOnly alone (D:lock-resources).
    """
    rule = RULES["ScopeLocked"]
    told = _LOCKED.search(message)
    if told is None:
        return AzureError(rule.code, clean(message), hint=rule.hint, **words)
    scopes = [clean(one.strip().strip("'")) for one in told["scopes"].split(",")]
    what = "it cannot be deleted" if method.upper() == "DELETE" else "nothing of it can be changed (ReadOnly)"
    asked = " ".join(_lock_list(scope) for scope in scopes)
    return AzureError(
        rule.code,
        f"{what}: there is a lock on {', '.join(scopes)}",
        hint=f"Somebody wanted it so: {asked} shows the lock and its notes. Leave the resource as it is, or "
        "have the lock removed (`az lock delete --ids ID`; Owner, User Access Administrator and Locks "
        "Contributor may) and try again.",
        **words,
    )


def _lock_list(scope: str) -> str:
    """The command that lists the locks on a scope."""
    group = ids.group_of(scope)
    if group is None:
        return f"`az lock list --subscription {ids.subscription_of(scope) or scope}`"
    if ids.same(group, scope):
        return f"`az lock list --resource-group {ids.name_of(scope)}`"
    return f"`az lock list --resource {scope}`"


def _unregistered(message: str, words: Mapping[str, Any]) -> AzureError:
    match = _NAMESPACE.search(message)
    namespace = match[1] if match else "NAMESPACE"
    return AzureError(
        "MLI-AZ-PROVIDER",
        f"the subscription is not registered for {namespace}" if match else clean(message),
        hint=f"Register it once: az provider register -n {namespace}",
        **words,
    )


def absent(status: int, body: Any) -> bool:
    """Whether an answer says that the resource, its parent or its group is not there, in any dialect:
    ResourceNotFound, ResourceGroupNotFound, ParentResourceNotFound, NotFound, UserError, or no body at all.
    A subscription or type that nobody knows is something else."""
    return status == 404 and not (_NOT_ABSENT & set(codes_of(body)))


_NOT_ABSENT = frozenset(
    {
        "SubscriptionNotFound",
        "InvalidSubscriptionId",
        "InvalidAuthenticationTokenTenant",
        "InvalidResourceType",
        "InvalidResourceNamespace",
        "ResourceTypeNotSupported",
        "NoRegisteredProviderFound",
    }
)
