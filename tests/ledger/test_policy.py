"""Profiles: the shipped ones are whole and sourced; faults are named; the looser is refused; all routes."""

import datetime as dt
import itertools
from pathlib import Path

import pytest

from ledger import policy
from ledger.actor import Role
from ledger.calendar import Calendar, published
from ledger.conditions import CONDITIONS, Facts, Level, Personal, Regime, Sharing
from ledger.policy import ProfileError, Shelf, Unit, pinned, profile, profile_for
from ledger.profile import Act, Stage
from ledger.routes import may_decide, quorum_met, route, walked

ROOT = """
id = "root"
number = 1
label_en = "Root"
label_zh = "根"
regimes = ["public"]

[sources]
S = { title_en = "Source", title_zh = "来源" }

[registration]
needs_officer = true

[notice]
kinds = ["initial"]
fields = ["owner", "title"]

[limits."filing.review"]
amount = 20
unit = "WD"
kind = "maximum"
label_en = "Review"
label_zh = "审核"
article = "art. 11"
source = "S"
confidence = "F"

[limits."filing.notice"]
amount = 10
unit = "WD"
kind = "minimum"
label_en = "Notice"
label_zh = "公示"
article = "art. 12"
source = "S"
confidence = "F"

[clauses.S-1]
acts = ["refuse", "narrow"]
label_en = "One"
label_zh = "一"
article = "art. 1"
source = "S"
confidence = "F"

[groups.review]
needs = ["business_review", "evidence"]
label_en = "Review"
label_zh = "审核"
article = "art. 7"
source = "S"
confidence = "F"

[assessments.risk]
when = ["important"]
valid_years = 2
label_en = "Risk"
label_zh = "风险"
article = "art. 9"
source = "S"
confidence = "F"

[[routes.conditional]]
id = "steward"
side = "provider"
role = "steward"
label_en = "Steward"
label_zh = "管理员"

[[routes.conditional]]
id = "head"
side = "provider"
role = "head_sharing"
decides = true
label_en = "Head"
label_zh = "负责人"

[agreements.conditional]
demanded = true

[grading.matrix.public_interest]
general = "general_4"

[grading.scales.many]
persons = 1000
personal = "ordinary"
level = "important"
label_en = "Many"
label_zh = "多"
article = "note"
source = "S"
confidence = "D"
"""
CHILD = """
id = "child"
number = 1
inherits = "root@1"
label_en = "Child"
label_zh = "子"
regimes = ["public"]
regions = ["43"]
"""
SOURCED = 'label_en = "x"\nlabel_zh = "x"\narticle = "art. 2"\nsource = "S"\nconfidence = "F"\n'


def limit(key: str, amount: int, unit: str = "WD", kind: str = "maximum") -> str:
    return f'[limits."{key}"]\namount = {amount}\nunit = "{unit}"\nkind = "{kind}"\n{SOURCED}'


def risk(text: str) -> str:
    return f"[assessments.risk]\n{text}\n{SOURCED}"


def stage(name: str, side: str, role: str, sharing: str = "conditional") -> str:
    words = 'label_en = "a"\nlabel_zh = "a"\n'
    return f'[[routes.{sharing}]]\nid = "{name}"\nside = "{side}"\nrole = "{role}"\n{words}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "root.toml").write_text(ROOT, encoding="utf-8")
    return tmp_path


def child(folder: Path, text: str) -> policy.Profile:
    (folder / "child.toml").write_text(CHILD + text, encoding="utf-8")
    return Shelf(folder).profile("child")


class TestShipped:
    @pytest.mark.parametrize("name", ["cn", "plain"])
    def test_every_value_has_its_words_and_its_source(self, name: str) -> None:
        for key, item in policy.cited(profile(name)):
            assert getattr(item, "label_en", "-"), key
            assert getattr(item, "label_zh", "-"), key
            assert item.source in profile(name).sources if hasattr(item, "source") else True, key

    def test_the_national_limits_are_those_of_the_law(self) -> None:
        terms = {
            "filing.accept": (3, "WD", "maximum"),
            "filing.review": (20, "WD", "maximum"),
            "filing.notice": (10, "WD", "minimum"),
            "filing.deregistration": (10, "WD", "maximum"),
            "request.reply.unconditional": (1, "WD", "maximum"),
            "request.reply.conditional": (10, "WD", "maximum"),
            "request.extension": (10, "WD", "maximum"),
            "request.delivery": (20, "WD", "maximum"),
            "correction": (10, "WD", "maximum"),
            "registration.validity": (3, "Y", "maximum"),
            "renewal.window": (60, "CD", "maximum"),
        }
        for key, expected in terms.items():
            found = profile("cn").limit(key)
            assert (found.amount, found.unit, found.kind) == expected, key
            assert (found.key, found.confidence) == (key, "F")

    def test_what_is_not_law_says_so(self) -> None:
        lapse = profile("cn").limit("request.agreement_lapse")
        assert (lapse.source, lapse.confidence) == ("OWN", "own")
        assert all(
            item.confidence == "own" for item in profile("plain").limits.values() if item.source == "OWN"
        )

    def test_every_reason_code_of_the_rules_is_there(self) -> None:
        codes = """secret work_secret duplicate ownership_dispute unauthorised_source fraud out_of_scope
        open_objection harm catalogue_missing"""
        assert set(codes.split()) <= set(profile("cn").reasons)

    @pytest.mark.parametrize("reason", profile("cn").reasons.values(), ids=lambda reason: reason.code)
    def test_a_reason_stands_on_a_clause_that_grounds_the_same_acts(self, reason: policy.Reason) -> None:
        clause = profile("cn").clause(reason.clause)
        assert reason.acts & clause.acts, f"{clause.id} grounds none of {sorted(reason.acts)}"

    @pytest.mark.parametrize("name", ["cn", "plain"])
    @pytest.mark.parametrize(
        "act",
        [
            "agree",
            "refuse",
            "narrow",
            "extend",
            "suspend",
            "terminate",
            "revoke",
            "withhold",
            "put_on_notice",
            "decline_agreement",
        ],
    )
    def test_every_decision_on_sharing_can_be_grounded(self, name: str, act: str) -> None:
        found = profile(name).clauses_for(act)
        assert found
        assert profile(name).grounds(act, [found[0].id])

    def test_a_decision_without_a_clause_or_with_a_strange_one_is_not_grounded(self) -> None:
        cn = profile("cn")
        assert not cn.grounds("refuse", [])
        assert not cn.grounds("refuse", ["no-such"])
        assert not cn.grounds("refuse", ["B-21"])  # on extension
        assert not cn.grounds("refuse", ["B-14", "B-21"])

    def test_the_owner_cites_no_statute_on_sharing(self) -> None:
        sources = {clause.source for clause in profile("plain").clauses.values()}
        assert not sources & {"A", "B", "C"}
        assert {"PIPL", "NDSMR", "DSL"} <= sources  # these bind everybody

    def test_roles_of_stages_are_roles(self) -> None:
        for found in policy.profiles():
            for stage in itertools.chain(*found.routes.values()):
                assert stage.role in set(Role)

    def test_no_authority_decides_nationally(self) -> None:
        assert all(stage.side == "provider" for stages in profile("cn").routes.values() for stage in stages)

    def test_unconditional_sharing_asks_for_no_signature(self) -> None:
        for name in ("cn", "plain"):
            assert not profile(name).agreement("government", "unconditional").demanded
            assert profile(name).agreement("government", "conditional").signatures == "both_heads"

    def test_the_notice_shows_four_fields_and_only_of_some_filings(self) -> None:
        cn = profile("cn")
        assert cn.notice.fields == ("owner", "kind", "title", "summary")
        assert [cn.has_notice(kind) for kind in ("initial", "change", "correction", "deregistration")] == [
            True,
            True,
            False,
            False,
        ]
        assert not profile("plain").has_notice("initial")

    def test_groups_follow_kind_and_regime(self) -> None:
        cn = profile("cn")
        names = {group.id for group in cn.groups_for("initial", "government")}
        assert {"review", "evidence", "lawful_source", "risk", "items"} <= names
        assert "items" not in {group.id for group in cn.groups_for("initial", "public")}
        assert [group.needs for group in profile("plain").groups_for("initial", "private")] == [("title",)]

    def test_it_says_where_a_value_comes_from(self) -> None:
        cn = profile("cn")
        assert (
            cn.cite(cn.limit("filing.accept"))
            == "Interim Measures on Registration of Public Data Resources art. 10"
        )
        assert cn.cite(cn.clause("B-21"), "zh-hans") == "政务数据共享条例第21条"

    def test_an_unknown_key_is_loud(self) -> None:
        with pytest.raises(LookupError, match=r"profile cn@1 has no limits\.filing\.accpet"):
            profile("cn").limit("filing.accpet")

    def test_the_validity_gives_the_dates_of_the_rules(self) -> None:
        calendar, cn = Calendar(published("CN")), profile("cn")
        validity, window = cn.limit("registration.validity"), cn.limit("renewal.window")
        end = calendar.add(dt.date(2026, 3, 10), validity.amount, validity.unit).day
        assert end == dt.date(2029, 3, 10)
        assert calendar.add(end, -window.amount, window.unit).day == dt.date(2029, 1, 9)


class TestFinding:
    @pytest.mark.parametrize(
        ("regime", "region", "name"),
        [
            ("private", "430100", "plain"),
            ("public", "340100", "cn"),
            ("government", "", "cn"),
            ("operated", "430100", "cn"),
        ],
    )
    def test_regime_and_region_decide(self, regime: str, region: str, name: str) -> None:
        assert profile_for(regime, region).id == name

    def test_the_nearest_region_wins(self, folder: Path) -> None:
        for name, region in (("plain", ""), ("cn", ""), ("city", "4301")):
            text = CHILD.replace('"child"', f'"{name}"').replace(
                '["43"]', f'["{region}"]' if region else "[]"
            )
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        (folder / "child.toml").write_text(CHILD, encoding="utf-8")
        shelf = Shelf(folder)
        assert [shelf.profile_for("public", region).id for region in ("430102", "430200", "340100")] == [
            "city",
            "child",
            "cn",
        ]
        assert shelf.profile_for("private", "430102").id == "plain"

    def test_a_region_claims_only_its_regimes(self, folder: Path) -> None:
        (folder / "cn.toml").write_text(
            CHILD.replace('"child"', '"cn"').replace('["43"]', "[]"), encoding="utf-8"
        )
        (folder / "child.toml").write_text(CHILD, encoding="utf-8")
        assert Shelf(folder).profile_for("government", "430100").id == "cn"

    def test_a_version_stays_what_it_was(self, folder: Path) -> None:
        (folder / "root@2.toml").write_text(
            ROOT.replace("number = 1", "number = 2").replace("amount = 20", "amount = 15"), encoding="utf-8"
        )
        shelf = Shelf(folder)
        assert shelf.profile("root").version == "root@2"
        assert [shelf.pinned(version).limit("filing.review").amount for version in ("root@1", "root@2")] == [
            20,
            15,
        ]

    def test_an_unknown_version_is_loud(self) -> None:
        with pytest.raises(LookupError, match="cn@9"):
            pinned("cn@9")
        with pytest.raises(LookupError, match="atlantis"):
            profile("atlantis")

    def test_what_only_others_inherit_is_not_offered(self) -> None:
        assert [found.id for found in policy.profiles()] == ["cn", "plain"]


class TestFaultsAreNamed:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("colour = 1\n", ["unknown key 'colour'"]),
            (limit("filing.review", 15) + "days = 3\n", ['limits.filing.review', "`days`"]),
            (limit("filing.review", 15, unit="weeks"), ["limits.filing.review", "weeks"]),
            ('[limits."filing.review"]\namount = 15\n', ["limits.filing.review", "missing required field"]),
            (f'[clauses.X]\nacts = ["forbid"]\n{SOURCED}', ["clauses.X", "forbid"]),
            (f'[clauses.X]\nacts = []\n{SOURCED}'.replace('"S"', '"Z"'), ["clauses.X", "unknown source 'Z'"]),
            (f'[reasons.x]\nacts = []\nclause = "Z-9"\n{SOURCED}', ["reasons.x", "unknown clause 'Z-9'"]),
            (risk('when = ["full_moon"]\nvalid_years = 1'), ["assessments.risk", "unknown condition 'full_moon'"]),
            (stage("a", "provider", "steward", "unconditional"), ["routes.unconditional", "last stage decides"]),
            ("number = [\n", ["child.toml"]),
        ],
    )  # fmt: skip
    def test_by_file_and_key(self, folder: Path, text: str, words: list[str]) -> None:
        with pytest.raises(ProfileError) as refused:
            child(folder, text)
        for word in ["child.toml", *words]:
            assert word in str(refused.value)

    def test_an_authority_needs_a_cited_clause(self, folder: Path) -> None:
        stage = (
            '[[routes.conditional]]\nid = "{}"\nside = "{}"\nrole = "{}"\nlabel_en = "a"\nlabel_zh = "a"\n'
        )
        text = stage.format("steward", "provider", "steward") + stage.format("over", "authority", "officer")
        head = stage.format("head", "provider", "head_sharing") + "decides = true\n"
        with pytest.raises(ProfileError, match="authority needs a clause"):
            child(folder, text + head)
        assert len(child(folder, text + 'clause = "S-1"\n' + head).stages("public", "conditional")) == 3

    def test_a_missing_parent_and_a_circle(self, tmp_path: Path) -> None:
        (tmp_path / "child.toml").write_text(CHILD, encoding="utf-8")
        with pytest.raises(ProfileError, match="no profile 'root@1'"):
            Shelf(tmp_path)
        (tmp_path / "root.toml").write_text(
            CHILD.replace("child", "root").replace('inherits = "root@1"', 'inherits = "child@1"'),
            encoding="utf-8",
        )
        with pytest.raises(ProfileError, match="circle"):
            Shelf(tmp_path)


class TestTheLooserIsRefused:
    @pytest.mark.parametrize(
        ("text", "key"),
        [
            (limit("filing.review", 21), "limits.filing.review"),
            (limit("filing.review", 20, unit="CD"), "limits.filing.review"),
            (limit("filing.review", 20, kind="minimum"), "limits.filing.review"),
            (limit("filing.notice", 9, kind="minimum"), "limits.filing.notice"),
            ("[registration]\nneeds_officer = false\n", "registration"),
            ("[registration]\ndeficiency_tolerance = true\n", "registration"),
            ("[notice]\nkinds = []\n", "notice"),
            ('[notice]\nfields = ["title"]\n', "notice"),
            (f'[clauses.S-1]\nacts = ["refuse", "revoke"]\n{SOURCED}', "clauses.S-1"),
            (f'[groups.review]\nneeds = ["evidence"]\n{SOURCED}', "groups.review"),
            (risk('when = ["important", "cross_border"]\nvalid_years = 2'), "assessments.risk"),
            (risk('when = ["important"]\nvalid_years = 3'), "assessments.risk"),
            (risk('when = ["important"]\nvalid_years = 2\nexemption = true'), "assessments.risk"),
            ("[agreements.conditional]\ndemanded = false\n", "agreements.conditional"),
            ('[grading.matrix.public_interest]\ngeneral = "general_3"\n', "grading"),
            (
                f'[grading.scales.many]\npersons = 5000\npersonal = "ordinary"\nlevel = "important"\n{SOURCED}',
                "grading",
            ),
            (stage("head", "provider", "head_sharing") + "decides = true\n", "routes.conditional"),
        ],
    )  # fmt: skip
    def test_naming_file_key_and_parent(self, folder: Path, text: str, key: str) -> None:
        with pytest.raises(ProfileError) as refused:
            child(folder, text)
        assert str(refused.value) == f"child.toml: {key}: looser than root@1, its parent"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            limit("filing.review", 15) + limit("filing.deregistration", 7),  # as in Hunan
            limit("request.reply.conditional", 5),  # as in Xi'an
            limit("filing.notice", 15, kind="minimum"),
            "[registration]\ndeem_withdrawn = true\nrefuse_repeat_objection = true\n",
            '[notice]\nfields = ["owner", "title", "industry"]\n',
            f'[clauses.S-2]\nacts = ["refuse", "revoke"]\n{SOURCED}',
            f"[assessments.risk]\nwhen = []\nvalid_years = 1\n{SOURCED}",
            '[grading.matrix.public_interest]\ngeneral = "important"\n',
        ],
    )
    def test_the_equal_and_the_stricter_load(self, folder: Path, text: str) -> None:
        found = child(folder, text)
        assert found.inherits == "root@1"
        assert found.limit("filing.review").amount <= 20

    def test_what_is_inherited_keeps_its_source_and_cannot_be_dropped(self, folder: Path) -> None:
        found = child(folder, limit("filing.review", 15))
        assert found.limit("filing.notice").article == "art. 12"
        assert found.limit("filing.review").article == "art. 2"
        assert found.registration.needs_officer
        assert set(found.clauses) == {"S-1"}


ALL_FACTS = [
    Facts(
        regime=regime,
        sharing=sharing,
        level=level,
        personal=personal,
        cross_border=abroad,
        onward_use=onward,
        separate_steward=steward,
    )
    for regime in Regime
    for sharing in Sharing
    for level in Level
    for personal in Personal
    for abroad in (False, True)
    for onward in (False, True)
    for steward in (False, True)
]  # fmt: skip


class TestRoutes:
    @pytest.mark.parametrize("name", ["cn", "plain"])
    def test_over_all_facts_a_route_ends_in_the_providers_sharing_head(self, name: str) -> None:
        for facts in ALL_FACTS:
            steps = route(profile(name), facts)
            if facts.sharing is Sharing.NOT_SHARED:
                assert steps == []
                continue
            assert [step.position for step in steps] == list(range(len(steps)))
            assert walked(steps)[-1].stage.decides
            assert (walked(steps)[-1].stage.side, walked(steps)[-1].stage.role) == (
                "provider",
                "head_sharing",
            )
            assert all(bool(step.reason) == step.skipped for step in steps)
            assert all(not CONDITIONS[step.reason](facts) for step in steps if step.skipped)

    def test_a_skip_keeps_the_condition_that_did_not_hold(self) -> None:
        steps = route(profile("cn"), Facts(regime=Regime.GOVERNMENT, personal=Personal.ORDINARY))
        assert [(step.stage.id, step.skipped, step.reason) for step in steps] == [
            ("steward", False, ""),
            ("sensitive", True, "sensitive_personal_information"),
            ("head", False, ""),
        ]

    def test_sensitive_information_passes_the_department_head(self) -> None:
        steps = route(profile("cn"), Facts(regime=Regime.GOVERNMENT, personal=Personal.SENSITIVE))
        assert [step.stage.role for step in walked(steps)] == ["steward", "head_filing", "head_sharing"]

    def test_one_person_is_not_asked_twice(self) -> None:
        steps = route(profile("plain"), Facts(separate_steward=False))
        assert [step.stage.id for step in walked(steps)] == ["head"]

    @pytest.mark.parametrize(
        ("facts", "answered", "expected"),
        [
            (Facts(regime=Regime.GOVERNMENT), [], False),
            (Facts(regime=Regime.GOVERNMENT), [0], True),
            (Facts(regime=Regime.GOVERNMENT, personal=Personal.SENSITIVE), [0], False),
            (Facts(regime=Regime.GOVERNMENT, personal=Personal.SENSITIVE), [0, 1], True),
            (Facts(regime=Regime.GOVERNMENT, separate_steward=False), [], True),
            (
                Facts(regime=Regime.GOVERNMENT, sharing=Sharing.UNCONDITIONAL),
                [],
                True,
            ),  # the steward is optional
        ],
    )
    def test_the_decision_waits_for_those_before_it(
        self, facts: Facts, answered: list[int], expected: bool
    ) -> None:
        assert may_decide(route(profile("cn"), facts), answered) is expected

    @pytest.mark.parametrize(
        ("quorum", "answers", "holders", "expected"),
        [
            ("any", 0, 3, False), ("any", 1, 3, True),
            ("all", 2, 3, False), ("all", 3, 3, True), ("all", 0, 0, False),
            (2, 1, 3, False), (2, 2, 3, True), (2, 1, 1, True), (2, 0, 0, False),
        ],
    )  # fmt: skip
    def test_quorum(self, quorum: str | int, answers: int, holders: int, expected: bool) -> None:
        asked = Stage(id="a", side="provider", role="steward", quorum=quorum, label_en="a", label_zh="a")  # type: ignore[arg-type]
        assert quorum_met(asked, answers, holders) is expected


class TestDemands:
    def test_important_data_needs_its_risk_assessment_or_exemption(self) -> None:
        found = profile("cn").assessments_for(
            Facts(regime=Regime.GOVERNMENT, level=Level.IMPORTANT), before="sharing"
        )
        assert [(item.kind, item.exemption) for item in found] == [("important_data_risk", True)]

    def test_personal_information_needs_its_impact_assessment_everywhere(self) -> None:
        for name in ("cn", "plain"):
            found = profile(name).assessments_for(Facts(personal=Personal.STAFF), before="sharing")
            assert "personal_information_impact" in {item.kind for item in found}

    def test_private_data_of_low_class_needs_only_the_owners_word(self) -> None:
        facts = Facts(level=Level.GENERAL_2)
        found = [
            *profile("plain").assessments_for(facts),
            *profile("plain").assessments_for(facts, before="sharing"),
        ]
        assert [(item.kind, item.self_declared) for item in found] == [("self_declaration", True)]

    @pytest.mark.parametrize("name", ["cn", "plain"])
    def test_core_data_is_never_shared_here(self, name: str) -> None:
        bars = profile(name).bars_for(Facts(level=Level.CORE))
        assert [(bar.rule, bar.lifted_by) for bar in bars] == [("R 47", "")]
        assert bars[0].remedy("en")
        assert not profile(name).bars_for(Facts(level=Level.IMPORTANT))

    def test_a_state_organs_personal_information_stays_until_assessed(self) -> None:
        facts = Facts(
            regime=Regime.GOVERNMENT, personal=Personal.ORDINARY, cross_border=True, state_organ=True
        )
        assert [bar.lifted_by for bar in profile("cn").bars_for(facts)] == ["cross_border"]

    def test_the_matrix_is_whole(self) -> None:
        matrix = profile("cn").grading.matrix
        assert len(matrix) == 6
        assert all(set(row) == {"especially_serious", "serious", "general"} for row in matrix.values())
        for row in matrix.values():
            assert row["general"].rank <= row["serious"].rank <= row["especially_serious"].rank


def test_units_are_those_the_calendar_knows() -> None:
    calendar = Calendar(published("CN"))
    for unit in Unit:
        assert calendar.add(dt.date(2026, 3, 10), 1, unit).day > dt.date(2026, 3, 10)


def test_every_act_is_grounded_somewhere() -> None:
    grounded = {
        act for found in policy.profiles() for clause in found.clauses.values() for act in clause.acts
    }
    assert set(Act) == grounded
