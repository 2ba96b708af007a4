"""Base class and mixins of the clinic's users."""

import logging

from goose import HttpUser

from clinic import settings


class ChecksMixin:
    """Judges answers the same way everywhere."""

    def check(self, response, expected=(200,)):
        if response.status_code not in expected:
            self.count_error(response)
            response.failure(
                "%s answered %d, expected one of %s"
                % (response.url, response.status_code, ", ".join(str(code) for code in expected))
            )
            return False
        return True

    def count_error(self, response):
        self.errors = self.errors + 1
        logging.info("error %d: %s", self.errors, response.text[:200])


class ClinicUser(ChecksMixin, HttpUser):
    """Requests go through fhir_get, which goes through request, which checks."""

    abstract = True
    errors = 0

    @property
    def base(self):
        return settings.BASE_PATH

    def request(self, method, resource, name=None, expected=(200,), **kwargs):
        kwargs.setdefault("headers", settings.HEADERS)
        with self.client.request(
            method,
            f"{self.base}/{resource}",
            name=name or resource.split("?")[0],
            catch_response=True,
            **kwargs,
        ) as response:
            if self.check(response, expected):
                seconds = response.elapsed.total_seconds()
                if seconds > settings.limit_for(resource.split("/")[0]):
                    response.failure(f"{resource} took {seconds:.2f} s")
            return response

    def fhir_get(self, resource, **kwargs):
        return self.request("GET", resource, **kwargs)

    def fhir_search(self, resource, **params):
        params["_count"] = settings.PAGE_SIZE
        return self.fhir_get(resource, params=params, name=f"{resource}?search")
