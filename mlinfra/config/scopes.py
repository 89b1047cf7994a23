"""What names mean in each module of a stack: a scope of its own for every instance of a module.

The stack itself is one whose inputs are variables. Any other sees what its call gives, which is worked out
where the call stands; who calls it sees its outputs, which are worked out in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mlinfra.config import codes
from mlinfra.config.dotted import reads_each
from mlinfra.config.expression import evaluate
from mlinfra.config.inputs import misfit, plain, secret, type_of
from mlinfra.config.namespace import Lazy
from mlinfra.config.references import local_reads
from mlinfra.config.scope import Scope, Table, Worked, fixed_locals
from mlinfra.config.surroundings import Surroundings
from mlinfra.config.validation import Subject, validate
from mlinfra.model.address import Key, ModulePath
from mlinfra.model.configuration import Config, Variable
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.module import Call, Definition, Module
from mlinfra.model.value import Unknown, has_unknown

Within = Callable[[ModulePath], Mapping[str, Any]]
"""What else names mean in a module: its resources by type, and its ``data``."""
Children = Callable[[Module, str], Mapping[Key, ModulePath]]
"""The instances of one of the calls in a module, by their keys."""


def _nothing(_path: ModulePath) -> Mapping[str, Any]:
    return {}


def _expanded(module: Module, name: str) -> Mapping[Key, ModulePath]:
    return module.children[name]


class Scopes:
    """The scope of each module, made when it is first asked for. Not thread-safe."""

    def __init__(
        self,
        stack: str,
        variables: Mapping[str, Variable],
        modules: Mapping[ModulePath, Module],
        environment: Mapping[str, str],
        within: Within = _nothing,
        children: Children = _expanded,
    ) -> None:
        self._stack, self._variables, self._environment = stack, variables, environment
        self.modules = modules
        self._within, self.children = within, children
        self._made: dict[ModulePath, Scope] = {}
        self._inputs: dict[ModulePath, Inputs] = {}
        self._fixed: dict[tuple[Definition, frozenset[str]], frozenset[str]] = {}

    @staticmethod
    def of_config(config: Config, within: Within = _nothing) -> Scopes:
        """Those of a stack that was read."""
        return Scopes(config.stack, config.variables, config.modules, config.environment, within)

    def of(self, path: ModulePath) -> Scope:
        """The scope of one module."""
        if path not in self._made:
            self._made[path] = self._scope(self.modules[path])
        return self._made[path]

    def around(self, module: Module) -> Scope:
        """Where the call of a module is read: its caller's scope, with what ``each`` is."""
        scope = self.of(module.path[:-1])
        if module.key is None:
            return scope
        return scope.extended({"each": Member(module, scope)})

    def inputs(self, path: ModulePath) -> Inputs:
        """What a module is given; not of the stack itself."""
        self.of(path)
        return self._inputs[path]

    def _scope(self, module: Module) -> Scope:
        definition = module.definition
        values: dict[str, Any] = dict(self._within(module.path))
        if module.call is None:
            values["var"] = Table({name: variable.value for name, variable in self._variables.items()})
            values["stack"] = Table({"name": self._stack})
        else:
            loose = self._loose(module)
            given = Inputs(module, module.call, self.around(module), definition.inputs.keys() - loose)
            self._inputs[module.path] = values["var"] = given
        if definition.calls:
            values["module"] = Calls(module, self)
        called = "the module's folder" if module.path else "the stack's folder"
        around = Surroundings(definition.folder, definition.root, self._environment, called)
        fixed = self._fixed_locals(module)
        return Scope(values, locals=(definition.locals, fixed), around=around, via=module.via)

    def _fixed_locals(self, module: Module) -> frozenset[str]:
        """The locals of a module that read no resource, through its inputs either."""
        key = module.definition, self._loose(module)
        if key not in self._fixed:
            self._fixed[key] = fixed_locals(module.definition.locals, key[1])
        return self._fixed[key]

    def _loose(self, module: Module) -> frozenset[str]:
        """The inputs of a module whose values may read resources."""
        if module.call is None:
            return frozenset()
        caller = self.modules[module.path[:-1]]
        fixed, loose = self._fixed_locals(caller), self._loose(caller)
        if has_unknown(module.value):
            loose |= {"each"}
        found = set()
        for name, node in module.call.inputs.items():
            locals_, others = local_reads(node, loose)
            of_each = "each" in loose and reads_each(node)
            if others or of_each or not locals_ <= fixed:
                found.add(name)
        return frozenset(found)


def base_scope(config: Config) -> Scope:
    """What the configuration alone gives to the stack's own files: ``var``, ``local``, ``stack``."""
    return Scopes.of_config(config).of(())


class Member(Lazy):
    """``each`` of a module: its key, and its value, in which more may be known now than when it was read."""

    __slots__ = ("_module", "_scope")

    def __init__(self, module: Module, scope: Scope) -> None:
        self._module, self._scope = module, scope

    def names(self) -> Iterable[str]:
        """Both."""
        return ("key", "value")

    def kept(self, name: Any) -> Any:
        """The key, and a value in which nothing is unknown."""
        if name == "key":
            return self._module.key
        return self._module.value if name == "value" and not has_unknown(self._module.value) else None

    def find(self, name: Any) -> Any:
        """One of them; KeyError for any other name."""
        if name == "key":
            return self._module.key
        if name != "value":
            raise KeyError(name)
        call = self._module.call
        if call is None or call.for_each is None or not has_unknown(self._module.value):
            return self._module.value
        problems: list[Diagnostic] = []
        members = evaluate(call.for_each, self._scope, problems)
        return members.get(self._module.key) if isinstance(members, dict) else self._module.value


class Inputs(Worked):
    """``var`` in a module: what its call gives, in the caller's scope, else the defaults."""

    __slots__ = ("_call", "_module", "_scope")

    def __init__(self, module: Module, call: Call, scope: Scope, fixed: frozenset[str] | set[str]) -> None:
        super().__init__(frozenset(fixed))
        self._module, self._call, self._scope = module, call, scope

    def names(self) -> Iterable[str]:
        """Every input."""
        return self._module.definition.inputs

    def check(self, problems: list[Diagnostic]) -> None:
        """Work out every input, and hold it against its rules."""
        broken: set[str] = set()
        for name in self.names():
            found: list[Diagnostic] = []
            self._work(name, found)
            if found:
                broken.add(name)
                problems += found
        declared = self._module.definition.inputs
        scope = Scope({"var": self}, around=self._scope.around)
        for name, one in declared.items():
            if one.validation is None:
                continue
            found = []
            node = self._call.inputs.get(name)
            place = one.position if node is None else node.position
            origin = "its default" if node is None else str(self._module)
            validate(Subject(one, place, origin), declared, broken, scope, found)
            problems += (each.within(self._scope.via) for each in found)

    def _work(self, name: str, problems: list[Diagnostic]) -> Any:
        one = self._module.definition.inputs[name]
        node = self._call.inputs.get(name)
        if node is None:
            return (
                None
                if one.default is None
                else secret_if(one.sensitive, type_of(one).filled(plain(one.default)))
            )
        value = evaluate(node, self._scope, problems)
        if not problems:
            wrong = misfit(one, value)
            if wrong is None:
                return secret_if(one.sensitive, type_of(one).filled(value))
            problems.append(
                error(
                    codes.VALUE_TYPE,
                    f"{one.label} of {self._module} is declared as {one.type}",
                    f"{wrong[0].upper()}{wrong[1:]}{'' if wrong.endswith('?') else '.'} "
                    f"It is declared at {one.position}.",
                    node.position,
                )
            )
        problems[:] = [found.within(self._scope.via) for found in problems]
        return Unknown(sensitive=one.sensitive)

    def _ring(self, path: list[str]) -> Diagnostic:
        return _ring([f"input {name} of {self._module}" for name in path], self._call)


def secret_if(sensitive: bool, value: Any) -> Any:
    """The value, as a secret where it is declared so."""
    return secret(value) if sensitive else value


class Outputs(Worked):
    """What one instance of a module gives to its caller."""

    __slots__ = ("_module", "_scope")

    def __init__(self, module: Module, scope: Scope) -> None:
        super().__init__(frozenset())
        self._module, self._scope = module, scope

    def names(self) -> Iterable[str]:
        """Every output."""
        return self._module.definition.outputs

    def _work(self, name: str, problems: list[Diagnostic]) -> Any:
        output = self._module.definition.outputs[name]
        value = evaluate(output.value, self._scope, problems)
        problems[:] = [found.within(self._scope.via) for found in problems]
        return secret_if(output.sensitive, value)

    def _ring(self, path: list[str]) -> Diagnostic:
        assert self._module.call is not None
        return _ring([f"{self._module}.{name}" for name in path], self._module.call)


class Calls:
    """``module``: by the name of a call its outputs, or those of each instance by its key."""

    __slots__ = ("_found", "_module", "_scopes")

    def __init__(self, module: Module, scopes: Scopes) -> None:
        self._module, self._scopes = module, scopes
        self._found: dict[str, Any] = {}

    def names(self) -> Iterable[str]:
        """Every call."""
        return self._module.definition.calls

    def find(self, name: Any) -> Any:
        """The outputs, null where the module is not wanted; KeyError when there is no such call."""
        if name not in self._found:
            call = self._module.definition.calls[name]
            paths = self._scopes.children(self._module, name)
            modules = ((key, self._scopes.modules[path]) for key, path in paths.items())
            outputs = {key: Outputs(module, self._scopes.of(module.path)) for key, module in modules}
            self._found[name] = outputs.get(None) if call.is_single else Table(outputs)
        return self._found[name]


def _ring(path: list[str], call: Call) -> Diagnostic:
    return error(
        codes.LOCAL_CYCLE,
        f"these values need each other: {' -> '.join(path)}",
        "Take one of these references out, or write the value itself.",
        call.position,
    )
