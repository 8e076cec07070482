"""The screens to create and change API Profiles. The effect of a narrower setting is shown before it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.responses import Response

from affino_mcp.admin.display import fault_by_field
from affino_mcp.admin.operator_audit import ActionSubject, describe_profile
from affino_mcp.admin.tool_price import price_always_listed, price_families
from affino_mcp.admin.what_if import is_narrower, preview_impact
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES
from affino_mcp.catalogue.list_mode import LIST_MODES, ListMode
from affino_mcp.control_edge import profile_list
from affino_mcp.control_edge.adopted_profile import (
    credential_fields,
    draw_credentials,
    find_adopted,
    find_credential_faults,
)
from affino_mcp.control_edge.name_holder import find_name_holder
from affino_mcp.control_edge.profile_form_fields import FIELD_LABELS, TICKED_FIELDS, ProfileForm
from affino_mcp.control_edge.profile_templates import PROFILE_TEMPLATES
from affino_mcp.control_edge.profile_terms import TermsReading, read_terms
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.control_edge.secret_again import find_own_deed, show_secret_again
from affino_mcp.control_edge.secret_page import client_urls, show_new_secret
from affino_mcp.control_edge.typed_days import read_typed_day
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.allowed_people import find_people, name_people
from affino_mcp.gate.profiles.profile import PROFILE_OPTIONS, Profile
from affino_mcp.gate.profiles.terms_form import find_term_faults
from affino_mcp.tool_errors import Conflict, InvalidArgument


def show_new_form(ask: ScreenRequest) -> Response:
    """The page of the empty form."""
    return _render_form(ask, ProfileForm(), None)


def create_profile(ask: ScreenRequest) -> Response:
    """Creates the profile and shows its key and secret, this once.

    In front of an instance elsewhere both are entered, and the secret is not shown.
    """
    form = _read_form(ask)
    if filled := _fill_switches(ask, form):
        return _render_form(ask, filled, None)
    found = read_terms(ask.centre, form)
    if wrong := _find_faults(ask, form, found, AdmissionTerms()) | find_credential_faults(ask):
        if (same := find_adopted(ask)) and same == _find_just_made(ask, form, found.terms):
            return show_new_secret(ask, same, "created")
        return _render_form(ask, form, None, wrong)
    try:
        made = _create_profile(ask, form, found.terms)
    except (InvalidArgument, Conflict) as error:
        drew = not ask.centre.settings.instance_url
        if drew and isinstance(error, Conflict) and (same := _find_just_made(ask, form, found.terms)):
            return show_secret_again(ask, same, "created", client_urls(ask))
        return _render_form(ask, form, None, fault_by_field(error), error.status)
    return show_new_secret(ask, made, "created")


def _find_just_made(ask: ScreenRequest, form: ProfileForm, terms: AdmissionTerms) -> Profile | None:
    """The profile that this visit made of the same form within five minutes, and nobody has changed; else None."""
    holder = find_name_holder(ask, form.name)
    if holder is None or find_own_deed(ask, holder.key, "create_profile") is None:
        return None
    state = ask.centre.profile_reader.read_current(holder.key)
    if state is None:
        return None
    rate, burst = form.parse_limits(state.profile)
    chosen: dict[str, Any] = {"rate": rate, "burst": burst, "terms": terms, "mode": form.choose_mode()}
    chosen |= {"capability": form.capability, "notes": form.tidy_notes, **form.chosen_options}
    wanted = replace(state.profile, **chosen)
    return state.profile if describe_profile(state.profile) == describe_profile(wanted) else None


def show_edit_form(ask: ScreenRequest) -> Response:
    """The page of the form with the profile's values. Raises NotFound."""
    profile = profile_list.require_profile(ask).profile
    return _render_form(ask, ProfileForm.from_profile(profile, _name_people(ask, profile)), profile)


def save_profile(ask: ScreenRequest) -> Response:
    """Saves the change; shows its effect first when it allows less than before and the operator has not confirmed it."""
    profile, form = profile_list.require_profile(ask).profile, _read_form(ask)
    if ask.form.get("back"):
        return _render_form(ask, form, profile)
    if filled := _fill_switches(ask, form):
        return _render_form(ask, filled, profile)
    found = read_terms(ask.centre, form)
    if wrong := _find_faults(ask, form, found, profile.terms):
        return _render_form(ask, form, profile, wrong)
    rate, burst = form.parse_limits(profile)
    wanted = replace(profile, capability=form.capability, rate=rate, burst=burst, terms=found.terms)
    looked = ask.form.get("sure") == "yes" or form.seen != profile.version
    if is_narrower(profile, wanted) and not looked:
        return _render_effect(ask, form, profile, wanted)
    try:
        done = "saved" if _change_profile(ask, profile, form, wanted) else "same"
    except (InvalidArgument, Conflict) as error:
        return _render_unsaved(ask, form, profile, error)
    return ask.redirect(f"/profiles/{profile.key}?done={done}")


def _fill_switches(ask: ScreenRequest, form: ProfileForm) -> ProfileForm | None:
    """The form with the switches of the template that was pressed, all else as typed; None when none was."""
    grid = PROFILE_TEMPLATES.get(ask.form.get("fill", ""))
    return None if grid is None else replace(form, grid=grid)


def _name_people(ask: ScreenRequest, profile: Profile) -> list[str]:
    return name_people(ask.centre.database, ask.centre.settings.gate_table, profile.terms.people)


def _find_faults(ask: ScreenRequest, form: ProfileForm, found: TermsReading, before: AdmissionTerms) -> dict[str, str]:
    """The faults of the form by field; {} for a form that can be saved."""
    judged = find_term_faults(found.terms, before, ask.centre.clock().date(), ask.web_session.groups.rights)
    return {**form.find_faults(), **{str(each.details["argument"]): each.message for each in judged}, **found.faults}


def _render_effect(ask: ScreenRequest, form: ProfileForm, before: Profile, after: Profile) -> Response:
    """The page of what the change would refuse, with the form in hidden fields."""
    database, settings = ask.centre.database, ask.centre.settings
    look_up = partial(find_people, database, settings.gate_table)
    effect = preview_impact(database, settings.audit_table, ask.centre.clock(), before, after, look_up)
    shown: dict[str, Any] = {
        "form": form,
        "texts": (*FIELD_LABELS, "seen", "mode"),
        "boxes": TICKED_FIELDS,
        "effect": effect,
    }
    return ask.render_page("whatif.html", here="/profiles", profile=before, rate=after.rate, **shown)


def _render_unsaved(
    ask: ScreenRequest, form: ProfileForm, profile: Profile, error: InvalidArgument | Conflict
) -> Response:
    """The form as sent. After another operator's change it shows the differences, and may then be saved over them."""
    stale = form.seen != profile.version
    theirs = form.list_differences(profile, _name_people(ask, profile)) if stale else []
    return _render_form(ask, replace(form, seen=profile.version), profile, fault_by_field(error), error.status, theirs)


def _read_form(ask: ScreenRequest) -> ProfileForm:
    form = ProfileForm.from_request(ask.form, ask.multi_values)
    return replace(form, expires=read_typed_day(ask, form.expires))


def _create_profile(ask: ScreenRequest, form: ProfileForm, terms: AdmissionTerms) -> Profile:
    """Creates the profile. Its key is there first, so that the audit row can name the profile before it exists."""
    key, drawn, secret = draw_credentials(ask)
    rate, burst, name = form.parse_number("rate"), form.parse_number("burst"), form.tidy_name
    after = {
        "name": name,
        "families": form.capability.to_json(),
        "rate": rate,
        "burst": burst,
        "notes": form.tidy_notes,
        "mode": str(form.choose_mode()),
    }
    after |= form.chosen_options | terms.to_json() | secret
    subject = ActionSubject.from_profile_key(key, name)
    with audit_screen_action(ask, "create_profile", subject, {}, after) as action:
        return drawn.create(
            name,
            form.families,
            rate,
            burst,
            form.notes,
            action.commit,
            terms,
            form.choose_mode(),
            **form.chosen_options,
        )


def _change_profile(ask: ScreenRequest, profile: Profile, form: ProfileForm, wanted: Profile) -> bool:
    """Changes the profile; gives whether anything differed."""
    chosen: dict[str, Any] = {"mode": form.choose_mode(profile.mode), **form.chosen_options}
    named = replace(wanted, name=form.tidy_name, notes=form.tidy_notes, **chosen)
    before, after = describe_profile(profile), describe_profile(named)
    if after == before and form.seen == profile.version:
        return False
    with audit_screen_action(ask, "change_profile", ActionSubject.from_profile(profile), before, after) as action:
        ask.centre.profiles.change(
            profile.key,
            name=form.name,
            families=form.families,
            rate=wanted.rate,
            burst=wanted.burst,
            notes=form.notes,
            terms=wanted.terms,
            seen=form.seen,
            commit=action.commit,
            **chosen,
        )
    return True


def _render_form(
    ask: ScreenRequest,
    form: ProfileForm,
    profile: Profile | None,
    wrong: Mapping[str, str] | None = None,
    status: int = InvalidArgument.status,
    theirs: Sequence[tuple[str, str]] = (),
) -> Response:
    """The page of the form: with the faults by field ("" for the whole form), and with what another operator has saved."""
    ticked = sum(price_families()[family][access] for family, switched in form.families.items() for access in switched)
    taken = wrong is not None and "name" in wrong and status == Conflict.status
    return ask.render_page(
        "profile_form.html",
        status if wrong else 200,
        here="/profiles",
        form=form,
        labels=FIELD_LABELS,
        profile=profile,
        wrong=wrong or {},
        theirs=theirs,
        taken=find_name_holder(ask, form.name) if taken else None,
        now=ask.centre.clock(),
        tokens=price_always_listed() + ticked,
        families=[str(family) for family in SWITCHED_FAMILIES],
        prices=price_families(),
        base_price=price_always_listed(),
        templates=list(PROFILE_TEMPLATES),
        filled=ask.form.get("fill", "") if not wrong else "",
        options=PROFILE_OPTIONS,
        modes=LIST_MODES,
        mode=form.mode or (profile.mode if profile else ListMode.FULL),
        groups=sorted({*ask.web_session.groups.rights, *form.groups}),
        **credential_fields(ask),
    )
