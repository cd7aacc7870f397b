"""Browser files: what is served, and the manifest of it."""

import hashlib
import json

import pytest

from core.embedded import vendor

SPRITE = '<svg><symbol class="bi" id="truck"><path/></symbol><symbol class="bi" id="check"><path/></symbol></svg>'


@pytest.fixture
def root(tmp_path):
    for name in vendor.FILES:
        path = tmp_path / "node_modules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SPRITE if name.endswith(".svg") else f"/* {name} */\n/*# sourceMappingURL=x.map */\n")
    (tmp_path / "static").mkdir()
    return tmp_path


def test_the_manifest_tells_each_content(root):
    manifest = vendor.install(root)

    served = root / "static" / "vendor"
    assert json.loads((served / "manifest.json").read_text()) == manifest
    for name, digest in manifest.items():
        content = (served / name).read_bytes()
        assert hashlib.sha256(content).hexdigest().startswith(digest)
        assert b"sourceMappingURL" not in content


def test_a_second_time_leaves_nothing_of_the_first(root):
    vendor.install(root)
    (root / "static" / "vendor" / "left-over.js").write_text("")

    vendor.install(root)

    assert sorted(path.name for path in (root / "static").iterdir()) == ["vendor"]
    assert not (root / "static" / "vendor" / "left-over.js").exists()


def test_only_the_icons_in_use_are_served(root):
    (root / "static" / "icons.txt").write_text("# status\ntruck\n")

    vendor.install(root)

    sprite = (root / "static" / "vendor" / "bootstrap-icons.svg").read_text()
    assert 'id="truck"' in sprite
    assert 'id="check"' not in sprite


def test_an_icon_that_does_not_exist_is_an_error():
    with pytest.raises(vendor.UnknownIcon, match="lorry"):
        vendor.chosen_icons(SPRITE, ["truck", "lorry"])
