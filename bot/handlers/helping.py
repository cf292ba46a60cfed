"""Help by role, where to upload, and a word to those who look after Chit."""

from bot.handlers.approvals import find_person
from bot.handlers.work import Work
from bot.texts.help import PAGES
from core.actions.basics import audit_of
from core.change import Change
from core.company import Person
from core.errors import Refused
from core.notices import Notice, Say
from core.phrases.intents import (
    Answer,
    Feedback,
    Help,
    HelpPage,
    InvoiceTitle,
    Thanks,
    Upload,
    WantsPerson,
)

ROLE_PAGES: tuple[tuple[str, HelpPage], ...] = (
    ("admin", "admin"),
    ("finance", "finance"),
    ("cashier", "finance"),
    ("budget_admin", "manager"),
)
MAX_TEXT = 500
MAX_NAMES = 3


async def on_help(command: Help, work: Work) -> None:
    """Say what can be done here: one page of the training, or the way to all that concern one."""
    if command.page:
        await work.answer(f"help_{command.page}")
        return
    language = work.person.language
    pages = ("、" if language == "zh" else ", ").join(
        PAGES[page].plain(language) for page in pages_for(work)
    )
    await work.answer("help", name=work.person.name, pages=pages, upload=work.rooms.upload_url)


def pages_for(work: Work) -> tuple[HelpPage, ...]:
    """Give the pages of the help that concern somebody."""
    person, company = work.person, work.company
    asked = any(p.manager == person.id for p in company.people) or any(
        d.head == person.id for d in company.departments
    )
    roles = [page for role, page in ROLE_PAGES if role in person.roles]
    approver: tuple[HelpPage, ...] = ("approver", "manager") if asked else ()
    if not asked and roles:
        approver = ("approver",)
    return tuple(dict.fromkeys(("employee", "requests", "queries", *approver, *roles, "notices")))


async def on_upload(_: Upload, work: Work) -> None:
    """Tell where files can be uploaded."""
    await work.answer("upload", upload=work.rooms.upload_url)


async def on_thanks(_: Thanks, work: Work) -> None:
    """Be kind, and say how it goes on."""
    await work.answer("thanks")


async def on_invoice_title(_: InvoiceTitle, work: Work) -> None:
    """Say to whom invoices are made out."""
    entity = work.company.entity_of(work.person.department)
    if entity is None:
        await work.answer("invoice_title_unknown")
        return
    await work.answer("invoice_title", name=entity.name, taxid=entity.tax_id)


async def on_wants_person(_: WantsPerson, work: Work) -> None:
    """Say who looks after Chit, and how to reach them from here."""
    join = "、" if work.person.language == "zh" else ", "
    names = join.join(p.name for p in _administrators(work)[:MAX_NAMES])
    await work.answer("wants_person", people=names)


async def on_feedback(command: Feedback, work: Work) -> None:
    """Keep what a person has to say about Chit on the record, and tell the administrators."""
    text = command.text[:MAX_TEXT]
    at = f"{work.now.astimezone(work.rooms.settings.zone):%Y-%m-%d %H:%M}"
    fields = (("employee", work.person.id), ("at", at), ("text", text))
    told: list[Notice] = [Say(p.id, "feedback_from", fields) for p in _administrators(work)]
    entry = audit_of(work.cause, "feedback", work.person.id, text=text)
    said = work.outgoing((work.reply("feedback_noted"), *told))
    await work.commit(Change(at=work.now, audit=(entry,), outbox=said))


def _administrators(work: Work) -> tuple[Person, ...]:
    return tuple(p for p in work.company.with_role("admin") if p.id != work.person.id)


async def on_answer(command: Answer, work: Work) -> None:
    """Let an administrator answer somebody's feedback."""
    if "admin" not in work.person.roles:
        raise Refused("not_allowed", action="answer_feedback")
    to = find_person(work, command.person_text)
    text = command.text[:MAX_TEXT]
    told = Say(to.id, "feedback_answer", (("person", work.person.id), ("text", text)))
    entry = audit_of(work.cause, "answer_feedback", to.id, text=text)
    said = work.outgoing((work.reply("feedback_answered", person=to.id), told))
    await work.commit(Change(at=work.now, audit=(entry,), outbox=said))
