"""Opportunities on the builtin instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.lists import STAGE as STAGES
from affino_mcp.catalogue.families.lists import TOPIC
from affino_mcp.catalogue.families.opportunities import (
    LOST_REASON,
    OPPORTUNITY,
    PRIMARY_CONTACT,
    STAGE,
    UNDECIDED_ONLY,
)
from affino_mcp.catalogue.families.shared import CONTACT_CODES, TOPIC_NAMES, TOPICS_FIELD
from affino_mcp.catalogue.families.tasks import OWNER
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.crm import (
    contact_account_links,
    opportunity_people,
    opportunity_topics,
    opportunity_worth,
)
from affino_mcp.instance.builtin.crm.opportunity_people import participant_codes, require_participation
from affino_mcp.instance.builtin.crm.opportunity_roles import with_owner_and_primary
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.index import Facets, topic_tags
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records, require_if_updated
from affino_mcp.instance.builtin.listing.dependents import render_dependents
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.builtin.references.list_entries import load_lists
from affino_mcp.instance.builtin.references.opportunity_stages import (
    OpportunityStage,
    first_stage,
    keep_flags,
    load_stage,
    lost_stage_names,
    shown_stages,
    stage_flags,
)
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call, Done, RecordRef

FAMILY: Final = OPPORTUNITY.family
CODE: Final = OPPORTUNITY.code
CURRENCY_ATTRIBUTE: Final = "Currency"


def facets(stored: RecordState) -> Facets:
    """Facets of an opportunity. Its account counts the opportunity until it is won or lost."""
    values, flags = stored.document.values, stage_flags(stored.document)
    rows = [f"account={values['AccountCode']}", f"owner={values[OWNER.name]}", f"stage={values[STAGE.name]}"]
    rows += ["open"] if flags["Open"] else []
    rows += [f"mine={code}" for code in sorted(participant_codes(stored))]
    rows += [f"user={code}" for code in sorted(stored.relations_to("contacts"))]
    counted = () if flags["Closed"] else (str(RecordRef("accounts", values["AccountCode"])),)
    return Facets(tuple(rows), topic_tags(values), counted)


def get_opportunity(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one opportunity with its account, contacts, team and topics."""
    stored = records.require_record(FAMILY, CODE, values[CODE], OPPORTUNITY.words)
    return Done({"Opportunity": render_opportunity(records, call, stored)}, stored.document.ref)


def render_opportunity(
    records: Records, call: Call, stored: RecordState, have: KnownRecords | None = None
) -> dict[str, Any]:
    """Renders the full opportunity."""
    document = stored.document
    known = records.load_documents(_shown_refs(call, stored), have)
    return render_record(
        call,
        document,
        known,
        Stage=load_stage(known, document.values[STAGE.name]).to_attribute(),
        Contacts=opportunity_people.render_contacts(records, call, stored, known),
        TeamMembers=opportunity_people.render_team(call, stored, known),
    )


def _shown_refs(call: Call, stored: RecordState) -> list[RecordRef]:
    return [*references.reference_targets(call, [stored.document]), *opportunity_people.people_refs(call, stored)]


def create_opportunity(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates an opportunity; owner, stage and currency have defaults, and the owner joins its team."""
    change = records.start_change(method, values, call)
    given = {name: value for name, value in values.items() if value is not None}
    asked = {**OPPORTUNITY.defaults, OWNER.name: call.actor.user_code, **given, **_exact_value(given)}
    if TOPIC_NAMES.name in given:
        asked[TOPICS_FIELD.name] = opportunity_topics.find_topics(call, load_lists(records, [TOPIC.family]), given)
    carried = {} if STAGE.name in given else OPPORTUNITY.defaults
    checked, known = references.check_references(records, change, OPPORTUNITY, asked, carried)
    checked = _with_stage(call, given, checked, known)
    flags = keep_flags(known, None, checked[STAGE.name])
    document = new_document(FAMILY, records.codes.take_code(FAMILY, change), call, checked, **flags)
    _require_primary_there(records, document)
    stored = opportunity_people.with_contacts(records, change, RecordState(document), given.get(CONTACT_CODES.name, []))
    stored = with_owner_and_primary(stored)
    records.save_record(change, None, stored)
    return change.commit({"Opportunity": render_opportunity(records, call, stored, known)})


def _require_primary_there(records: Records, document: Document) -> None:
    primary = document.values.get(PRIMARY_CONTACT.name)
    if primary:
        account = document.values["AccountCode"]
        contact_account_links.require_working_there(records, primary, account, PRIMARY_CONTACT.name)


def _with_stage(call: Call, given: Values, checked: Values, known: KnownRecords) -> Values:
    """The values of a new opportunity, with its stage and what follows from that; warns of what was not given."""
    code = checked[STAGE.name] if STAGE.name in given else first_stage(known, checked[STAGE.name])
    stage = load_stage(known, code)
    told = {
        STAGE.name: f"The stage is {stage.name}.{_describe_unlisted(stage)}",
        OWNER.name: f"The owner is {call.actor.name}, for whom you act.",
        CURRENCY_ATTRIBUTE: f"The currency is {checked[CURRENCY_ATTRIBUTE]}.",
    }
    for name, text in told.items():
        if name not in given and (name != CURRENCY_ATTRIBUTE or "Value" in given):
            call.warn(WarningCode.DEFAULTED, name, text)
    return {"Probability": stage.probability, **checked, STAGE.name: stage.code}


def _describe_unlisted(stage: OpportunityStage) -> str:
    """What to know about a stage that is neither open nor closed: which lists hold its opportunities."""
    both = f" It is not an open stage: OpenOnly leaves it out, {UNDECIDED_ONLY.name} does not."
    return "" if stage.open or stage.closed else both


def _exact_value(values: Values) -> Values:
    return {"Value": opportunity_worth.exact_amount(values["Value"])} if values.get("Value") is not None else {}


def update_opportunity(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of an opportunity.

    Null clears one. Contacts, team and topics have methods of their own.
    """
    before = records.require_record(FAMILY, CODE, values[CODE], OPPORTUNITY.words)
    require_participation(call, before)
    require_if_updated(before.document, values)
    change = records.start_change(method, values, call)
    asked, document = {**values, **_exact_value(values)}, before.document
    checked, known = references.check_references(records, change, OPPORTUNITY, asked, document.values)
    known = records.load_documents(_shown_refs(call, before), known)
    checked |= _values_of_stage(call, document, checked, known)
    flags = keep_flags(known, document, checked.get(STAGE.name, document.values[STAGE.name]))
    moved = document.next_version(call, checked, **flags)
    if PRIMARY_CONTACT.name in checked:
        _require_primary_there(records, moved)
    after = with_owner_and_primary(replace(before, document=moved), document.values[OWNER.name])
    after = records.with_former_relations(after)
    if after.history_values() == before.history_values():
        return change.no_change({"Opportunity": render_opportunity(records, call, before, known)}, before.document.ref)
    records.save_record(change, before, after)
    return change.commit({"Opportunity": render_opportunity(records, call, after, known)})


def _values_of_stage(call: Call, before: Document, checked: Values, known: KnownRecords) -> Values:
    """The values that follow from the stage: its probability, unless set by hand, and no loss reason unless it is lost."""
    was = load_stage(known, before.values[STAGE.name])
    now = load_stage(known, checked.get(STAGE.name, was.code))
    follows: Values = {}
    untouched = before.values.get("Probability") == was.probability
    if now != was and checked.get("Probability") is None and (now.closed or untouched):
        follows["Probability"] = now.probability
    if not now.is_lost:
        follows[LOST_REASON.name] = None
        if checked.get(LOST_REASON.name):
            text = f"{LOST_REASON.name} is kept with stage {lost_stage_names(known)} only; it was ignored."
            call.warn(WarningCode.IGNORED, LOST_REASON.name, text)
    return follows


def delete_opportunity(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes an opportunity."""
    before = records.require_record(FAMILY, CODE, values[CODE], OPPORTUNITY.words)
    change = records.start_change(method, values, call)
    hanging = render_dependents(records, call, before)
    records.save_record(change, before, before.deleted_by(call))
    return change.commit({CODE: values[CODE], "Deleted": True} | hanging)


def list_opportunity_stages(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the stages that can be chosen, in their order."""
    known = load_lists(records, [STAGES.family])
    rows = [
        {"StageCode": stage.code, "Name": stage.name, "SortOrder": place, "Open": stage.open, "Won": stage.won}
        | {"Closed": stage.closed, "Probability": stage.probability}
        for place, stage in enumerate(shown_stages(known), 1)
    ]
    return Done({"Stages": rows})
