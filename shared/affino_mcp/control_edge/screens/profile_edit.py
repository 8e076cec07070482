"""The screens to create and change API Profiles. The effect of a narrower setting is shown before it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.responses import Response

from affino_mcp.admin.display import faults
from affino_mcp.admin.operator_audit import Subject, described
from affino_mcp.admin.tool_price import base, prices
from affino_mcp.admin.what_if import effect, is_narrower
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES
from affino_mcp.control_edge import profile_list
from affino_mcp.control_edge.profile_form_fields import LABELS, ProfileForm
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import Ask
from affino_mcp.gate.profiles.profile import PROFILE_OPTIONS, Profile
from affino_mcp.gate.profiles.profile_form import draw_letters_and_digits
from affino_mcp.gate.profiles.profiles import KEY_CHARACTERS, Profiles
from affino_mcp.gate.profiles.rate_arithmetic import default_burst
from affino_mcp.tool_errors import Conflict, InvalidArgument


def new(ask: Ask) -> Response:
    """The page of the empty form."""
    return _form(ask, ProfileForm(), None)


def create(ask: Ask) -> Response:
    """Creates the profile and shows its key and secret, this once."""
    form = _sent(ask)
    if wrong := form.wrong():
        return _form(ask, form, None, wrong)
    try:
        made = _created(ask, form)
    except (InvalidArgument, Conflict) as error:
        return _form(ask, form, None, faults(error), error.status)
    return ask.page("secret.html", here="/profiles", profile=made, made="created", urls=urls(ask))


def edit(ask: Ask) -> Response:
    """The page of the form with the profile's values. Raises NotFound."""
    profile = profile_list.the(ask).profile
    return _form(ask, ProfileForm.of(profile), profile)


def save(ask: Ask) -> Response:
    """Saves the change; shows its effect first when it allows less than before and the operator has not confirmed it."""
    profile, form = profile_list.the(ask).profile, _sent(ask)
    if ask.form.get("back"):
        return _form(ask, form, profile)
    if wrong := form.wrong():
        return _form(ask, form, profile, wrong)
    rate, burst = form.number("rate"), form.number("burst")
    burst = default_burst(profile.rate if rate is None else rate) if burst is None else burst
    looked = ask.form.get("sure") == "yes" or form.seen != profile.version
    if is_narrower(profile, form.capability, rate) and not looked:
        centre = ask.centre
        table, now = centre.settings.audit_table, centre.clock()
        found = effect(centre.database, table, now, profile, form.capability, rate)
        return ask.page("whatif.html", here="/profiles", profile=profile, form=form, effect=found, rate=rate)
    try:
        done = "saved" if _changed(ask, profile, form, rate, burst) else "same"
    except (InvalidArgument, Conflict) as error:
        return _not_saved(ask, form, profile, error)
    return ask.go(f"/profiles/{profile.key}?done={done}")


def _not_saved(ask: Ask, form: ProfileForm, profile: Profile, error: InvalidArgument | Conflict) -> Response:
    """The form as sent. After another operator's change it shows the differences, and may then be saved over them."""
    stale = form.seen != profile.version
    theirs = form.differences(profile) if stale else []
    return _form(ask, replace(form, seen=profile.version), profile, faults(error), error.status, theirs)


def urls(ask: Ask) -> dict[str, str]:
    """The URLs at which clients connect and log in."""
    public, name = ask.place.public, ask.centre.settings.instance
    return {"mcp": f"{public}/mcp", "login": f"{public}/rest/{name}/login"}


def _sent(ask: Ask) -> ProfileForm:
    return ProfileForm.sent(ask.form, ask.ticked)


def _created(ask: Ask, form: ProfileForm) -> Profile:
    """Creates the profile. Its key is drawn first, so that the audit row can name the profile before it exists."""
    key, centre = draw_letters_and_digits(KEY_CHARACTERS), ask.centre
    rate, burst, name = form.number("rate"), form.number("burst"), form.name.strip()
    known = Profiles(
        centre.database,
        centre.secrets,
        centre.settings,
        centre.clock,
        draw=lambda length: key if length == KEY_CHARACTERS else draw_letters_and_digits(length),
    )
    after = {"name": name, "families": form.capability.to_json(), "rate": rate, "burst": burst, "notes": form.notes}
    with audit_screen_action(ask, "create_profile", Subject.new_profile(key, name), {}, after | form.chosen):
        return known.create(name, form.families, rate, burst, form.notes, **form.chosen)


def _changed(ask: Ask, profile: Profile, form: ProfileForm, rate: int | None, burst: int) -> bool:
    """Changes the profile; gives whether anything differed."""
    wanted = {
        "name": form.name.strip(),
        "families": form.capability.to_json(),
        "rate": rate,
        "burst": burst,
        **form.chosen,
    }
    before = described(profile)
    after = {**before, **{name: value for name, value in wanted.items() if value is not None}, "notes": form.notes}
    if after == before and form.seen == profile.version:
        return False
    with audit_screen_action(ask, "change_profile", Subject.profile(profile), before, after):
        ask.centre.profiles.change(
            profile.key,
            name=form.name,
            families=form.families,
            rate=rate,
            burst=burst,
            notes=form.notes,
            seen=form.seen,
            **form.chosen,
        )
    return True


def _form(
    ask: Ask,
    form: ProfileForm,
    profile: Profile | None,
    wrong: Mapping[str, str] | None = None,
    status: int = InvalidArgument.status,
    theirs: Sequence[tuple[str, str]] = (),
) -> Response:
    """The page of the form: with the faults by field ("" for the whole form), and with what another operator has saved."""
    ticked = sum(prices()[family][access] for family, switched in form.families.items() for access in switched)
    return ask.page(
        "profile_form.html",
        status if wrong else 200,
        here="/profiles",
        form=form,
        labels=LABELS,
        profile=profile,
        wrong=wrong or {},
        theirs=theirs,
        taken=profile is None and status == Conflict.status,
        tokens=base() + ticked,
        families=[str(family) for family in SWITCHED_FAMILIES],
        prices=prices(),
        base_price=base(),
        options=PROFILE_OPTIONS,
    )
