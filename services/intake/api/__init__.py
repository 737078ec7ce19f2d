"""The HTTP door: what a bank reports, and what people do about what was refused."""

from fastapi import APIRouter

from services.intake.api import quarantine, reports

router = APIRouter(prefix="/v1", tags=["intake"])
router.include_router(reports.router)
router.include_router(quarantine.router)
