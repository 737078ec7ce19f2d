"""What a collector may say: in both languages, and silent on the debt until identity is sure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from chassis.configuration import read_documents
from interfaces.values import Purpose
from services.contact.domain.calls.scripts import Mood, choose, parse_script, spoken, stage_of
from services.contact.domain.treatments import Mood as Tone

TODAY = date(2026, 3, 2)
RAW = {raw["language"]: raw for raw in read_documents(Path("config/scripts")).values()}
SCRIPTS = {language: parse_script(raw) for language, raw in RAW.items()}
FIELDS = {"institution": "I", "caller": "C", "name": "N", "amount": "A", "since": "S"}
OF_A_DEBT = re.compile(
    "debt|owe|overdue|arrear|loan|repay|instal|逾期|欠|债|还款|贷款|分期|催收", re.IGNORECASE
)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_nothing_said_before_the_identity_check_speaks_of_a_debt(language: str) -> None:
    for said in SCRIPTS[language].before_identity:
        assert not OF_A_DEBT.search(said), said


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_opening_names_the_institution_and_the_caller(language: str) -> None:
    script = SCRIPTS[language]
    for said in (script.opening, script.inbound, script.voicemail, script.third_party[0]):
        assert "$institution" in said and "$caller" in said


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_placeholder_is_filled_in(language: str) -> None:
    script = SCRIPTS[language]
    said = [*script.before_identity, *script.closing, *script.vulnerable, *script.never_say]
    for stage in script.stages.values():
        assert "$amount" in stage.purpose
        said += [stage.purpose, *stage.questions, *stage.ways_out]
    assert not [each for each in said if "$" in spoken(each, FIELDS)]


def test_both_languages_have_the_same_stages_moods_and_version() -> None:
    chinese, english = SCRIPTS["zh-CN"], SCRIPTS["en"]
    assert chinese.version == english.version
    assert set(chinese.stages) == set(english.stages)
    assert set(chinese.moods) == set(english.moods) == set(Mood)


@pytest.mark.parametrize("place", ["opening", "voicemail", "inbound", "recording_notice"])
def test_an_amount_in_what_anybody_may_hear_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match="amount must not be filled in"):
        parse_script({**RAW["en"], place: "You owe $amount."})


def test_the_persons_language_is_spoken_else_english() -> None:
    scripts = SCRIPTS.values()
    assert choose(scripts, "zh-TW", TODAY).language == "zh-CN"
    assert choose(scripts, "", TODAY).language == "en"
    assert choose(scripts, "fr-FR", TODAY).language == "en"


def test_a_version_is_spoken_from_the_day_it_takes_effect() -> None:
    coming = replace(SCRIPTS["en"], version=2, effective_from=date(2026, 3, 3))
    scripts = (coming, SCRIPTS["en"])
    assert choose(scripts, "en", TODAY).version == 1
    assert choose(scripts, "en", date(2026, 3, 3)).version == 2


def test_a_stage_is_that_of_the_template_or_else_of_the_purpose() -> None:
    script = SCRIPTS["en"]
    assert stage_of(script, "negotiate", Purpose.COLLECTION) is script.stages["negotiate"]
    assert stage_of(script, "", Purpose.REMINDER) is script.stages["reminder"]
    assert stage_of(script, "unheard_of", Purpose.COLLECTION) is script.stages["follow_up"]


def test_a_tone_nobody_wrote_falls_back_to_the_next_plainer_one() -> None:
    script = SCRIPTS["en"]
    careful = stage_of(script, "follow_up", Purpose.COLLECTION, Tone.CAREFUL)
    assert careful is script.tones[Tone.CAREFUL]["follow_up"]
    only_warm = replace(script, tones={Tone.WARM: script.tones[Tone.WARM]})
    warm = stage_of(only_warm, "follow_up", Purpose.COLLECTION, Tone.CAREFUL)
    assert warm is script.tones[Tone.WARM]["follow_up"]
    plain = stage_of(script, "negotiate", Purpose.COLLECTION, Tone.CAREFUL)
    assert plain is script.stages["negotiate"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_toned_stage_names_the_amount_and_leaves_no_placeholder(language: str) -> None:
    script = SCRIPTS[language]
    assert set(script.tones) == set(SCRIPTS["en"].tones)
    for stage in (each for stages in script.tones.values() for each in stages.values()):
        assert "$amount" in stage.purpose
        said = [stage.purpose, *stage.questions, *stage.ways_out]
        assert not [each for each in said if "$" in spoken(each, FIELDS)]
