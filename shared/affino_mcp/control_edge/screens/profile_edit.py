"""The screens to create and change API Profiles. The effect of a narrower setting is shown before it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.responses import Response

from affino_mcp.admin.display import fault_by_field
from affino_mcp.admin.operator_audit import ActionSubject, describe_profile
from affino_mcp.admin.tool_price import price_always_listed, price_families
from affino_mcp.admin.what_if import is_narrower, preview_impact
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES
from affino_mcp.control_edge import profile_list
from affino_mcp.control_edge.profile_form_fields import FIELD_LABELS, ProfileForm
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.profiles.profile import PROFILE_OPTIONS, Profile
from affino_mcp.gate.profiles.profile_form import draw_letters_and_digits
from affino_mcp.gate.profiles.profiles import KEY_CHARACTERS, Profiles
from affino_mcp.gate.profiles.rate_limit import default_burst
from affino_mcp.tool_errors import Conflict, InvalidArgument


def show_new_form(ask: ScreenRequest) -> Response:
    """The page of the empty form."""
    return _render_form(ask, ProfileForm(), None)


def create_profile(ask: ScreenRequest) -> Response:
    """Creates the profile and shows its key and secret, this once."""
    form = _read_form(ask)
    if wrong := form.find_faults():
        return _render_form(ask, form, None, wrong)
    try:
        made = _create_profile(ask, form)
    except (InvalidArgument, Conflict) as error:
        return _render_form(ask, form, None, fault_by_field(error), error.status)
    return ask.render_page("secret.html", here="/profiles", profile=made, made="created", urls=client_urls(ask))


def show_edit_form(ask: ScreenRequest) -> Response:
    """The page of the form with the profile's values. Raises NotFound."""
    profile = profile_list.require_profile(ask).profile
    return _render_form(ask, ProfileForm.from_profile(profile), profile)


def save_profile(ask: ScreenRequest) -> Response:
    """Saves the change; shows its effect first when it allows less than before and the operator has not confirmed it."""
    profile, form = profile_list.require_profile(ask).profile, _read_form(ask)
    if ask.form.get("back"):
        return _render_form(ask, form, profile)
    if wrong := form.find_faults():
        return _render_form(ask, form, profile, wrong)
    rate, burst = form.parse_number("rate"), form.parse_number("burst")
    if burst is None:
        burst = default_burst(profile.rate if rate is None else rate)
    looked = ask.form.get("sure") == "yes" or form.seen != profile.version
    if is_narrower(profile, form.capability, rate) and not looked:
        centre = ask.centre
        table, now = centre.settings.audit_table, centre.clock()
        found = preview_impact(centre.database, table, now, profile, form.capability, rate)
        return ask.render_page("whatif.html", here="/profiles", profile=profile, form=form, effect=found, rate=rate)
    try:
        done = "saved" if _change_profile(ask, profile, form, rate, burst) else "same"
    except (InvalidArgument, Conflict) as error:
        return _render_unsaved(ask, form, profile, error)
    return ask.redirect(f"/profiles/{profile.key}?done={done}")


def _render_unsaved(
    ask: ScreenRequest, form: ProfileForm, profile: Profile, error: InvalidArgument | Conflict
) -> Response:
    """The form as sent. After another operator's change it shows the differences, and may then be saved over them."""
    stale = form.seen != profile.version
    theirs = form.list_differences(profile) if stale else []
    return _render_form(ask, replace(form, seen=profile.version), profile, fault_by_field(error), error.status, theirs)


def client_urls(ask: ScreenRequest) -> dict[str, str]:
    """The URLs at which clients connect and log in."""
    public, name = ask.origin.public_url, ask.centre.settings.instance
    return {"mcp": f"{public}/mcp", "login": f"{public}/rest/{name}/login"}


def _read_form(ask: ScreenRequest) -> ProfileForm:
    return ProfileForm.from_request(ask.form, ask.multi_values)


def _create_profile(ask: ScreenRequest, form: ProfileForm) -> Profile:
    """Creates the profile. Its key is drawn first, so that the audit row can name the profile before it exists."""
    key, centre = draw_letters_and_digits(KEY_CHARACTERS), ask.centre
    rate, burst, name = form.parse_number("rate"), form.parse_number("burst"), form.tidy_name
    drawn = Profiles(
        centre.database,
        centre.secrets,
        centre.settings,
        centre.clock,
        draw=lambda length: key if length == KEY_CHARACTERS else draw_letters_and_digits(length),
    )
    after = {
        "name": name,
        "families": form.capability.to_json(),
        "rate": rate,
        "burst": burst,
        "notes": form.tidy_notes,
    }
    with audit_screen_action(
        ask, "create_profile", ActionSubject.from_profile_key(key, name), {}, after | form.chosen_options
    ) as action:
        return drawn.create(name, form.families, rate, burst, form.notes, action.commit, **form.chosen_options)


def _change_profile(ask: ScreenRequest, profile: Profile, form: ProfileForm, rate: int | None, burst: int) -> bool:
    """Changes the profile; gives whether anything differed."""
    wanted = {
        "name": form.tidy_name,
        "families": form.capability.to_json(),
        "rate": rate,
        "burst": burst,
        **form.chosen_options,
    }
    before = describe_profile(profile)
    after = {**before, **{name: value for name, value in wanted.items() if value is not None}, "notes": form.tidy_notes}
    if after == before and form.seen == profile.version:
        return False
    with audit_screen_action(ask, "change_profile", ActionSubject.from_profile(profile), before, after) as action:
        ask.centre.profiles.change(
            profile.key,
            name=form.name,
            families=form.families,
            rate=rate,
            burst=burst,
            notes=form.notes,
            seen=form.seen,
            commit=action.commit,
            **form.chosen_options,
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
    return ask.render_page(
        "profile_form.html",
        status if wrong else 200,
        here="/profiles",
        form=form,
        labels=FIELD_LABELS,
        profile=profile,
        wrong=wrong or {},
        theirs=theirs,
        taken=profile is None and status == Conflict.status,
        tokens=price_always_listed() + ticked,
        families=[str(family) for family in SWITCHED_FAMILIES],
        prices=price_families(),
        base_price=price_always_listed(),
        options=PROFILE_OPTIONS,
    )
