"""Adding and changing API Profiles. A change that takes something away is shown with its effect before it is saved."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from affino_mcp.catalogue.capability import SWITCHED
from affino_mcp.control_edge import register
from affino_mcp.control_edge.ask import Ask
from affino_mcp.control_edge.form import ProfileForm
from affino_mcp.control_edge.journal import Subject, described, recorded
from affino_mcp.control_edge.prices import base, prices
from affino_mcp.control_edge.whatif import effect, is_narrower
from affino_mcp.control_edge.words import faults
from affino_mcp.errors import Conflict, InvalidArgument
from affino_mcp.gate.limit import default_burst
from affino_mcp.gate.profile import OPTIONS, Profile
from affino_mcp.gate.profile_form import drawn, sound
from affino_mcp.gate.profiles import KEY_LENGTH, Profiles


def new(ask: Ask) -> Response:
    """The empty form."""
    return _form(ask, ProfileForm(), None)


def create(ask: Ask) -> Response:
    """Make the profile and show its key and secret, this once."""
    form = _sent(ask)
    try:
        made = _created(ask, form)
    except (InvalidArgument, Conflict) as error:
        return _form(ask, form, None, error)
    return ask.page("secret.html", here="/profiles", profile=made, made="created", urls=urls(ask))


def edit(ask: Ask) -> Response:
    """The form with the profile in it."""
    profile = register.the(ask).profile
    return _form(ask, ProfileForm.of(profile), profile)


def save(ask: Ask) -> Response:
    """Save the change, unless it takes something away and its effect has not been looked at."""
    profile, form = register.the(ask).profile, _sent(ask)
    if ask.form.get("back"):
        return _form(ask, form, profile)
    try:
        rate, burst = form.number("rate"), form.number("burst")
        wanted = profile.rate if rate is None else rate
        burst = default_burst(wanted) if burst is None else burst
        if is_narrower(profile, form.capability, rate) and ask.form.get("sure") != "yes":
            sound(replace(profile, name=form.name.strip(), notes=form.notes, rate=wanted, burst=burst))
            found = effect(ask.centre, profile, form.capability, rate)
            return ask.page("whatif.html", here="/profiles", profile=profile, form=form, effect=found, rate=rate)
        _changed(ask, profile, form, rate, burst)
    except (InvalidArgument, Conflict) as error:
        return _form(ask, form, profile, error)
    return ask.go(f"/profiles/{profile.key}?done=saved")


def urls(ask: Ask) -> dict[str, str]:
    """Where clients connect and log in."""
    public, name = ask.place.public, ask.centre.settings.instance
    return {"mcp": f"{public}/mcp", "login": f"{public}/rest/{name}/login"}


def _sent(ask: Ask) -> ProfileForm:
    return ProfileForm.sent(ask.form, ask.ticked)


def _created(ask: Ask, form: ProfileForm) -> Profile:
    """The key is drawn first, so that the log can name the profile before it is there."""
    key, centre = drawn(KEY_LENGTH), ask.centre
    rate, burst, name = form.number("rate"), form.number("burst"), form.name.strip()
    known = Profiles(
        centre.database,
        centre.secrets,
        centre.settings,
        centre.clock,
        draw=lambda length: key if length == KEY_LENGTH else drawn(length),
    )
    after = {"name": name, "families": form.capability.to_json(), "rate": rate, "burst": burst, "notes": form.notes}
    with recorded(ask, "create_profile", Subject.new_profile(key, name), {}, after | form.chosen):
        return known.create(name, form.families, rate, burst, form.notes, **form.chosen)


def _changed(ask: Ask, profile: Profile, form: ProfileForm, rate: int | None, burst: int) -> None:
    wanted = {
        "name": form.name.strip(),
        "families": form.capability.to_json(),
        "rate": rate,
        "burst": burst,
        **form.chosen,
    }
    before = described(profile)
    after = {**before, **{name: value for name, value in wanted.items() if value is not None}, "notes": form.notes}
    with recorded(ask, "change_profile", Subject.profile(profile), before, after):
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


def _form(
    ask: Ask, form: ProfileForm, profile: Profile | None, error: InvalidArgument | Conflict | None = None
) -> Response:
    wrong = faults(error) if error else {}
    status = error.status if error else 200
    if error and not wrong.keys() & {"name", "rate", "burst", "notes"}:
        wrong = {"": error.message}
    return ask.page(
        "profile_form.html",
        status,
        here="/profiles",
        form=form,
        profile=profile,
        wrong=wrong,
        families=[str(family) for family in SWITCHED],
        prices=prices(),
        base_price=base(),
        options=OPTIONS,
    )
