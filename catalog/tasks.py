"""Jobs of this floor."""

from catalog.services import (
    admission,
    admission_steps,
    attesting,
    certificate_reminders,
    certification_moves,
    demand,
    goods_batches,
    household_exports,
    household_intake,
    leads,
    publications,
    retention,
    search_index,
    supplier_life,
)
from core import clock
from core.jobs import job


@job(search_index.JOB, every=2)
def index_dirty() -> None:
    """Marked products into the search index; a missing index is made."""
    search_index.index_dirty()


@job(search_index.REBUILD)
def rebuild_search() -> None:
    """A new search index: the county's words have changed, or the operator asks."""
    search_index.rebuild()


@job("catalog.collect_demand", every=1800)
def collect_demand() -> None:
    """How many looked for what, out of the counters."""
    demand.collect()


@job("catalog.reconcile_search", every=6 * 3600)
def reconcile_search() -> None:
    """Compare index and database, queue what differs."""
    search_index.reconcile()


@job("catalog.suspend_expired", every=3600)
def suspend_expired() -> None:
    """Suppliers whose licence has ended sell no more (rule 66)."""
    admission.suspend_expired()


@job(attesting.ASK)
def ask_household(benefit_id: int) -> None:
    """After the village's word the household gets its link."""
    attesting.ask(benefit_id)


@job("catalog.activate_admitted", every=1800)
def activate_admitted() -> None:
    """Applicants whose seven days in public are over sell from now on (rule 64)."""
    publications.activate_due()


@job("catalog.rank_admissions", every=6 * 3600)
def rank_admissions() -> None:
    """Places in the queues by what is known today: a benefit verified last night counts this morning."""
    admission_steps.rerank_all()


@job(admission_steps.REDATE_JOB, every=24 * 3600)
def redate_admissions() -> None:
    """Last days of open checks by the calendar as it stands."""
    admission_steps.redate()


@job("catalog.warn_licences", every=6 * 3600)
def warn_licences() -> None:
    """Thirty days before a licence ends its supplier is told, once (rule 66)."""
    supplier_life.warn_licences()


@job("catalog.recheck_leads", every=6 * 3600)
def recheck_leads() -> None:
    """Recognitions of lead enterprises that are a year old."""
    leads.recheck_due()


@job("catalog.reckon_certification", every=6 * 3600)
def reckon_certification() -> None:
    """The last good days of the certification steps, as the holiday calendar stands now."""
    certification_moves.reckon_open()


@job("catalog.remind_certificates", every=3600)
def remind_certificates() -> None:
    """Suppliers hear in time that a certificate ends (rule 72)."""
    certificate_reminders.remind()


@job("catalog.tidy_households", every=3600)
def tidy_households() -> None:
    """Files of households that nobody decided on are wiped, lists whose day is over lapse."""
    household_intake.drop_old()
    household_exports.lapse_old()


@job("catalog.erase_contacts", every=24 * 3600)
def erase_contacts() -> None:
    """Contact data of households whose last benefit is three years past goes."""
    retention.erase(clock.today())


@job(goods_batches.JUDGE)
def judge_goods(job_id: int, start: int) -> None:
    """The next part of a long sheet of goods."""
    goods_batches.judge(job_id, start)


@job(goods_batches.LOAD)
def load_goods(job_id: int, start: int) -> None:
    """The next part of a long sheet, without its wrong rows."""
    goods_batches.load_slice(job_id, start)


@job(goods_batches.LOAD_WHOLE, when_refused=goods_batches.refused)
def load_goods_whole(job_id: int) -> None:
    """A long sheet, all or nothing."""
    goods_batches.load_whole(job_id)
