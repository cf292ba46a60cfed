"""The template that administrators import binds exactly the variables that are sent."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.cards.dingtalk import for_dingtalk
from tests.unit.cards.samples import DRAFT, view_of

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "bot/cards/templates/chit-claim.json"
GUIDES = [ROOT / "docs" / language / "dingtalk-card.md" for language in ("zh", "en")]


def template() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    return whole


def editor() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(template()["editorData"])
    return data


def components(name: str) -> list[dict[str, Any]]:
    def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield node
        for child in node.get("children", ()):
            yield from walk(child)

    return [n for n in walk(editor()["schema"]["componentsTree"][0]) if n["componentName"] == name]


def sent() -> dict[str, str]:
    values = for_dingtalk(view_of(DRAFT, "claim"))["cardParamMap"]
    assert isinstance(values, dict)
    return values


def test_the_file_has_the_shape_of_an_export() -> None:
    whole = template()

    assert set(whole) == {"editorData", "widgetInfo", "type", "mode"}
    assert (whole["type"], whole["mode"]) == ("im", "card")
    assert whole["widgetInfo"].startswith("<LinearLayout")


def test_its_variables_are_those_that_are_sent() -> None:
    assert {v["name"] for v in editor()["variableList"]} == set(sent())


def test_its_lists_have_the_fields_that_are_sent() -> None:
    fields = {
        v["name"]: {f["name"] for f in v["schema"]}
        for v in editor()["variableList"]
        if "schema" in v
    }

    for name, known in fields.items():
        for item in json.loads(sent()[name]):
            assert set(item) <= known
    assert fields["actions"] == {"id", "text", "style", "token"}


def test_buttons_send_action_token_and_reason() -> None:
    buttons = [b for b in components("SingleButton") if b["props"]["actionType"] == "request"]

    assert len(buttons) == 1
    bound = {p["name"]: p["variable"] for p in buttons[0]["props"]["params"]}
    assert bound == {
        "action": "actions[0].id",
        "token": "actions[0].token",
        "reason": "reason",
        "opinion": "reason",
    }
    assert [i["props"]["localVarAction"]["variable"] for i in components("Input")] == ["reason"]


def test_every_bound_name_exists() -> None:
    data = editor()
    known = {x["name"] for key in ("variableList", "expList", "localList") for x in data[key]}
    bound = set(re.findall(r"\$\{(\w+)\}", json.dumps(data["schema"])))

    assert bound <= known


def test_the_guides_name_every_variable_and_parameter() -> None:
    for guide in GUIDES:
        text = guide.read_text(encoding="utf-8")
        for name in (*sent(), "reason", "action", "token"):
            assert f"`{name}`" in text
        assert "chit-claim.json" in text
        for expression in editor()["expList"]:
            assert expression["expContent"].replace("\n", "\\n") in text
