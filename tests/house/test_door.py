"""The package has one door."""

from __future__ import annotations

import subprocess
import sys
import types

import pytest

import ecluse


def test_all_is_the_door() -> None:
    """What `__all__` names is there, and nothing else is public."""
    public = {
        name
        for name, value in vars(ecluse).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType) and name != "TYPE_CHECKING"
    }
    told = {"as_data", "memo", "short"}
    assert public | told | {"__version__"} == set(ecluse.__all__)
    assert all(callable(getattr(ecluse, name)) for name in told)
    with pytest.raises(AttributeError):
        ecluse.no_such_thing  # noqa: B018 - asking is the test
    assert list(ecluse.__all__) == sorted(
        ecluse.__all__, key=lambda name: (not name.isupper(), not name[0].isupper(), name)
    )


def test_import_is_light() -> None:
    """`import ecluse` brings in no third party."""
    code = (
        "import sys; before = set(sys.modules); import ecluse; "
        "new = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(name for name in new - set(sys.stdlib_module_names) - {'ecluse'} if name[0] != '_'))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
