"""Coming and going, and what a refusal looks like on a page."""

import re

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from ledger.commands import open_reset
from ledger.errors import NotPermitted
from ledger.models import AccessToken, Event, Membership, Organisation, User
from tests.cast import PASSWORD
from tests.proof import refused, undone

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, cast):
    """A browser in which the founder of the tool works is signed in."""
    client.force_login(cast.tools.users["admin"])
    return client


def text(response):
    return response.content.decode()


def kinds():
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_it_signs_in_and_goes_on(client, cast):
    user = cast.trader.users["admin"]
    answer = client.post("/sign-in/", {"username": user.username, "password": PASSWORD, "next": "/account/"})
    assert answer.status_code == 302
    assert answer["Location"] == "/account/"
    assert client.get("/account/").status_code == 200


def test_it_never_goes_on_to_another_host(client, cast):
    user = cast.trader.users["admin"]
    answer = client.post("/sign-in/?next=//evil.example/", {"username": user.username, "password": PASSWORD})
    assert answer["Location"] == "/"


def test_a_wrong_password_is_told_without_saying_which(client, cast):
    known = client.post("/sign-in/", {"username": cast.trader.users["admin"].username, "password": "wrong"})
    unknown = client.post("/sign-in/", {"username": "nobody", "password": "wrong"})
    assert known.status_code == unknown.status_code == 400
    fault = re.compile(r'<div class="alert tone-bad".*?</div></div>', re.DOTALL)
    assert fault.findall(text(known)) == fault.findall(text(unknown)) != []


def test_signing_out_is_a_post(signed_in):
    assert signed_in.get("/sign-out/").status_code == 405
    signed_in.post("/sign-out/")
    assert signed_in.get("/account/").status_code == 302


def test_a_new_account_is_signed_in_and_entered(client):
    answer = client.post(
        "/sign-up/", {"username": "newbie", "password": "winter-wheat-77", "name": "", "email": ""}
    )
    assert answer.status_code == 302
    assert kinds()[-1] == "person.registered"
    assert client.get("/account/").status_code == 200


def test_a_weak_password_is_refused_at_its_field(client):
    answer = client.post("/sign-up/", {"username": "newbie", "password": "12345"})
    assert answer.status_code == 400
    assert 'href="#f-password"' in text(answer)
    assert "12345" not in text(answer)
    assert not User.objects.filter(username="newbie").exists()


def test_an_organisation_is_registered_on_one_page(client, cast):
    client.force_login(cast.stranger.user)
    assert client.get("/organisations/new/register-organisation/").status_code == 200
    answer = client.post(
        "/organisations/new/register-organisation/",
        {"name": "Green Fields", "kind": "cooperative", "scheme": "none"},
    )
    made = Organisation.objects.get(name="Green Fields")
    assert answer["Location"] == f"/organisations/{made.pk}/"
    assert kinds()[-1] == "organisation.registered"


def test_a_wrong_credit_code_is_refused_at_its_field(client, cast):
    client.force_login(cast.stranger.user)
    answer = client.post(
        "/organisations/new/register-organisation/",
        {"name": "Green Fields", "kind": "enterprise", "scheme": "uscc", "identifier": "913401000000000000"},
    )
    assert answer.status_code == 400
    assert 'href="#f-identifier"' in text(answer)
    assert 'value="913401000000000000"' in text(answer)


def test_an_invitation_is_shown_once_and_joins(signed_in, client, cast):
    house = cast.tools.organisation
    address = f"/organisations/{house.pk}/invite-member/"
    shown = signed_in.post(address, {"roles": ["applicant"], "addressee": "a colleague"})
    assert shown.status_code == 200
    secret = re.search(r"/invitations/([^/]+)/", text(shown))[1]
    client.force_login(cast.stranger.user)
    assert client.get(f"/invitations/{secret}/").status_code == 200
    assert client.post(f"/invitations/{secret}/")["Location"] == f"/organisations/{house.pk}/"
    assert Membership.objects.filter(user=cast.stranger.user, organisation=house).exists()
    again = client.post(f"/invitations/{secret}/")
    assert again.status_code == 404


def test_one_switches_between_organisations_one_is_a_member_of(signed_in, cast):
    own = cast.tools.organisation
    signed_in.post("/account/organisation/", {"organisation": "0"})
    assert f"acting for {own.name}" not in text(signed_in.get("/account/", headers={"Accept-Language": "en"}))
    signed_in.post("/account/organisation/", {"organisation": own.pk})
    assert own.name in text(signed_in.get("/account/"))
    refused = signed_in.post("/account/organisation/", {"organisation": cast.trader.organisation.pk})
    assert refused.status_code == 403


def test_a_token_is_shown_once_and_withdrawn(signed_in, cast):
    shown = signed_in.post("/tokens/new/issue-token/", {"name": "script", "scopes": "*", "days": "30"})
    secret = re.search(r'<code id="secret">([^<]+)</code>', text(shown))[1].strip()
    token = AccessToken.objects.get(name="script")
    assert secret.startswith(token.token_key)
    assert secret not in text(signed_in.get("/account/"))
    signed_in.post(f"/tokens/{token.token_key}/withdraw-token/")
    assert not AccessToken.objects.filter(token_key=token.token_key).exists()


def test_a_password_is_changed_by_its_owner_and_entered(signed_in, cast):
    new = "late-autumn-rain-9"
    wrong = {"old_password": "guess", "new_password1": new, "new_password2": new}
    assert signed_in.post("/account/password/", wrong).status_code == 400
    signed_in.post("/account/password/", wrong | {"old_password": PASSWORD})
    assert User.objects.get(pk=cast.tools.users["admin"].pk).check_password(new)
    assert kinds()[-1] == "person.password_changed"
    assert signed_in.get("/account/").status_code == 200


def test_a_reset_link_works_once(client, cast):
    user = User.objects.get(pk=cast.tools.users["admin"].pk)
    user.email = "one@works.example"
    user.save()
    client.post("/account/reset/", {"email": user.email})
    assert "/account/reset/" in mail.outbox[0].body
    uid, token = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
    page = client.get(f"/account/reset/{uid}/{token}/", follow=True)
    target = page.redirect_chain[-1][0]
    new = "late-autumn-rain-9"
    client.post(target, {"new_password1": new, "new_password2": new})
    assert User.objects.get(pk=user.pk).check_password(new)
    assert kinds()[-1] == "person.password_changed"
    assert b"f-new_password1" not in client.get(f"/account/reset/{uid}/{token}/", follow=True).content


def test_the_operator_opens_the_way_to_a_new_password(client, cast, capsys):
    user, new = cast.tools.users["steward"], "late-autumn-rain-9"
    call_command("reset_link", user.username)
    assert kinds()[-1] == "person.reset_opened"
    page = client.get(capsys.readouterr().out.strip(), follow=True)
    client.post(page.redirect_chain[-1][0], {"new_password1": new, "new_password2": new})
    assert User.objects.get(pk=user.pk).check_password(new)
    refused(NotPermitted, open_reset, "operator_only", actor=cast.tools.admin, user=user)
    with pytest.raises(CommandError, match="no active person"):
        call_command("reset_link", "nobody")


def test_a_way_that_is_not_recorded_is_not_opened(cast, monkeypatch):
    undone(monkeypatch, open_reset, actor=cast.robot, user=cast.tools.users["steward"])


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client):
    assert client.post("/account/reset/", {"email": "nobody@works.example"}).status_code == 302
    assert mail.outbox == []


def test_the_colours_are_kept_in_a_cookie(client):
    answer = client.post("/account/colours/", {"theme": "dark", "next": "/sign-in/"})
    assert answer.cookies["theme"].value == "dark"
    assert 'data-theme="dark"' in text(client.get("/sign-in/"))
    client.post("/account/colours/", {"theme": ""})
    assert "data-theme" not in text(client.get("/sign-in/"))


def test_the_language_is_switched_without_script(client):
    client.post("/account/language/", {"language": "en", "next": "/sign-in/"})
    assert '<html lang="en"' in text(client.get("/sign-in/"))
    client.post("/account/language/", {"language": "zh-hans", "next": "/sign-in/"})
    assert '<html lang="zh-Hans"' in text(client.get("/sign-in/"))


# Refusals ---------------------------------------------------------------------------------------------------


def test_a_visitor_who_may_not_is_asked_to_sign_in(client):
    answer = client.get("/tokens/new/issue-token/")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/tokens/new/issue-token/"


def test_a_refusal_is_a_page_with_what_to_do(signed_in, cast):
    other = cast.trader.organisation
    answer = signed_in.get(
        f"/organisations/{other.pk}/verify-organisation/", headers={"Accept-Language": "en"}
    )
    assert answer.status_code == 403
    assert "What you can do" in text(answer)
    assert "Nothing was changed" in text(answer)


def test_what_one_may_not_see_is_not_found(signed_in):
    assert signed_in.get("/organisations/999999/").status_code == 404
    assert signed_in.get("/tokens/abcdefgh/withdraw-token/").status_code == 404
    assert signed_in.get("/no/such/page/").status_code == 404


def test_a_page_read_before_a_change_is_refused(signed_in, cast):
    house = cast.tools.organisation
    address = f"/organisations/{house.pk}/describe-organisation/"
    version = re.search(r'name="entry" value="([^"]*)"', text(signed_in.get(address)))[1]
    values = {"entry": version, "name": house.name, "kind": house.kind, "contact": "desk 4"}
    values |= {"scheme": house.scheme, "identifier": house.identifier, "region": house.region}
    assert signed_in.post(address, values).status_code == 302
    assert signed_in.post(address, values | {"contact": "desk 5"}).status_code == 412
    assert Organisation.objects.get(pk=house.pk).contact == "desk 4"


# The log ----------------------------------------------------------------------------------------------------


def test_anybody_reads_the_log_and_it_names_no_one(client, cast):
    event = Event.objects.filter(kind="person.registered").first()
    assert client.get("/log/").status_code == 200
    shown = text(client.get(f"/log/entries/{event.uid}/"))
    assert event.uid.hex in shown
    for user in cast.tools.users.values():
        assert user.username not in shown
    assert client.get("/log/entries/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_pages_obey_the_content_policy(client):
    answer = client.get("/sign-in/")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "<style" not in text(answer)
    assert " style=" not in text(answer)
    assert not re.search(r"<script(?![^>]* src=)", text(answer))
    assert not re.search(r' on[a-z]+="', text(answer))
