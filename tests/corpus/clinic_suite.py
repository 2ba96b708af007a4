"""Clinic API: patients, observations and appointments. Base classes are in the package clinic."""

import random
from datetime import datetime, timedelta

from goose import between, events, task

from clinic.base import ClinicUser

patient_ids = []
CODES = ["8867-4", "8480-6", "8310-5"]


@events.test_start.add_listener
def load_patients(environment, **kwargs):
    patient_ids.extend(f"pat-{number:04d}" for number in range(1, 3000))


class Nurse(ClinicUser):
    wait_time = between(0.005, 0.015)

    @task(4)
    def read_patient(self):
        patient = random.choice(patient_ids)
        self.fhir_get(f"Patient/{patient}", name="Patient/[id]")

    @task(3)
    def search_observations(self):
        response = self.fhir_search(
            "Observation", subject=random.choice(patient_ids), code=random.choice(CODES)
        )
        try:
            args = [name for name, value in response.json()["args"] if value]
        except (KeyError, TypeError):
            args = []
        assert "_count" in args, f"no page size in {args}"

    @task(2)
    def record_observation(self):
        observation = {
            "resourceType": "Observation",
            "status": "final",
            "subject": {"reference": f"Patient/{random.choice(patient_ids)}"},
            "code": {"coding": [{"system": "http://loinc.org", "code": random.choice(CODES)}]},
            "valueQuantity": {"value": round(random.uniform(36.0, 40.0), 1), "unit": "Cel"},
            "effectiveDateTime": datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        self.request("POST", "Observation", expected=(200, 201), json=observation)

    @task(1)
    def ward_round(self):
        ward = [f"Patient/{patient}" for patient in random.sample(patient_ids, 3)]
        answers = list(map(self.fhir_get, ward))
        assert all(answers), "a patient is missing"

    @task(1)
    def bulk_export(self):
        self.request("POST", "Patient/$export", json={"patients": patient_ids}, name="bulk export")


class Receptionist(ClinicUser):
    wait_time = between(0.005, 0.015)

    def count_error(self, response):
        super().count_error(response)
        self.last_error = response.status_code

    def fhir_get(self, resource, **kwargs):
        kwargs["headers"] = {**reception_headers(), "X-Role": "reception"}
        return super().fhir_get(resource, **kwargs)

    @task(3)
    def find_slots(self):
        day = datetime.now() + timedelta(days=random.randint(1, 30))
        self.fhir_search("Slot", start="ge" + day.strftime("%Y-%m-%d"), status="free")

    @task(1)
    def missing_patient(self):
        with self.client.get("/status/404", name="Patient/[missing]", catch_response=True) as r:
            if self.check(r, expected=(404, 410)):
                r.success()

    @task(1)
    def server_trouble(self):
        with self.client.get("/status/502", name="Patient/[trouble]", catch_response=True) as r:
            self.check(r)
        if self.errors > 50 and self.last_error == 502:
            self.errors = 0


def reception_headers():
    return {"Accept": "application/fhir+json"}
