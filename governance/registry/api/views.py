from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from governance.identity.errors import InvalidInput
from governance.identity.models import Person
from governance.identity.rest import Pages, View, body_of
from governance.registry import actions
from governance.registry.api import serializers as s
from governance.registry.finders import (
    find_person,
    find_release,
    find_system,
    find_unit,
    find_upload,
    find_version,
)
from governance.registry.models import AISystem, DatasetVersion, Deployment, ModelVersion, Release
from governance.work.idempotency import once


def page(
    view: View, request: Request, rows: QuerySet[Any], output: type[Serializer[Any]]
) -> Response:
    pages = Pages()
    found = pages.paginate_queryset(rows, request, view=view)
    return pages.get_paginated_response(output(found, many=True).data)


class Systems(View):
    @extend_schema(responses=s.SystemOutput(many=True))
    def get(self, request: Request) -> Response:
        """AI systems that you can see."""
        rows = AISystem.objects.visible_to(self.principal(request)).select_related("unit")
        return page(self, request, rows, s.SystemOutput)

    @extend_schema(request=s.SystemInput, responses={201: s.SystemOutput})
    @once
    def post(self, request: Request) -> Response:
        """Take an AI system into the inventory."""
        by, body = self.principal(request), body_of(s.SystemInput(data=request.data))
        owner_id = body.get("owner")
        system = actions.register_system(
            find_unit(body["unit"], by),
            body["name"],
            role=body["role"],
            tier=body["tier"],
            tier_reason=body["tierReason"],
            profile=body["profile"],
            owner=find_person(owner_id, by) if owner_id else Person.objects.get(pk=by.person_id),
            by=by,
        )
        return Response(s.SystemOutput(system).data, status=201)


class SystemDetail(View):
    @extend_schema(responses=s.SystemOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(s.SystemOutput(find_system(pk, self.principal(request))).data)


class Uploads(View):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={
            "multipart/form-data": {
                "type": "object",
                "required": ["unit", "kind", "file"],
                "properties": {
                    "unit": {"type": "string", "format": "uuid"},
                    "kind": {"type": "string", "enum": ["model", "dataset", "document"]},
                    "file": {"type": "string", "format": "binary"},
                },
            }
        },
        responses={202: s.UploadOutput},
    )
    def post(self, request: Request) -> Response:
        """Upload a file: 202, then inspected by a worker, then admitted or refused."""
        by = self.principal(request)
        file = request.FILES.get("file")
        if not isinstance(file, UploadedFile):
            raise InvalidInput("file_missing", "Send the file as the form field 'file'.", "/file")
        upload = actions.receive_upload(
            find_unit(uuid_field(request, "unit"), by),
            str(request.POST.get("kind", "")),
            file.name or "",
            read(file),
            by=by,
        )
        return Response(s.UploadOutput(upload).data, status=202)


class UploadDetail(View):
    @extend_schema(responses=s.UploadOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far the inspection of a file is, and what it found."""
        return Response(s.UploadOutput(find_upload(pk, self.principal(request))).data)


class ModelVersions(View):
    @extend_schema(responses=s.ModelVersionOutput(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        system = find_system(pk, self.principal(request))
        rows = ModelVersion.objects.filter(model__unit=system.unit).select_related("model")
        return page(self, request, rows, s.ModelVersionOutput)

    @extend_schema(request=s.ModelVersionInput, responses={201: s.ModelVersionOutput})
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Register an admitted file as the next version of a model of this system."""
        by, body = self.principal(request), body_of(s.ModelVersionInput(data=request.data))
        version = actions.register_model_version(
            find_system(pk, by).unit,
            body["model"],
            upload=find_upload(body["upload"], by),
            method=body["method"],
            signature=body["signature"],
            training_data=body["trainingData"],
            commit=body["commit"],
            parameters=body["parameters"],
            by=by,
        )
        return Response(s.ModelVersionOutput(version).data, status=201)


class Datasets(View):
    @extend_schema(responses=s.DatasetOutput(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        system = find_system(pk, self.principal(request))
        rows = DatasetVersion.objects.filter(unit=system.unit)
        return page(self, request, rows, s.DatasetOutput)

    @extend_schema(request=s.DatasetInput, responses={201: s.DatasetOutput})
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Register a dataset by digest: an upload, or a file that stays with you."""
        by, body = self.principal(request), body_of(s.DatasetInput(data=request.data))
        since, until = body.get("observedFrom"), body.get("observedUntil")
        if (since is None) != (until is None):
            raise InvalidInput("observed", "Give observedFrom and observedUntil, or neither.")
        dataset = actions.register_dataset(
            find_system(pk, by).unit,
            body["name"],
            role=body["role"],
            upload=find_upload(body["upload"], by) if "upload" in body else None,
            sha256=body.get("sha256", ""),
            rows=body.get("rows", 0),
            columns=body.get("columns", ()),
            description=body.get("description", ""),
            observed=(since, until) if since and until else None,
            by=by,
        )
        return Response(s.DatasetOutput(dataset).data, status=201)


class Releases(View):
    @extend_schema(responses=s.ReleaseOutput(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        system = find_system(pk, self.principal(request))
        return page(
            self,
            request,
            Release.objects.filter(system=system).prefetch_related("model_versions__model"),
            s.ReleaseOutput,
        )

    @extend_schema(request=s.ReleaseInput, responses={201: s.ReleaseOutput})
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Fix the manifest of the system: from now on one exact thing with a digest."""
        by, body = self.principal(request), body_of(s.ReleaseInput(data=request.data))
        versions = [find_version(version, by) for version in body.pop("models")]
        release = actions.create_release(find_system(pk, by), versions, body, by=by)
        return Response(s.ReleaseOutput(release).data, status=201)


class ReleaseDetail(View):
    @extend_schema(responses=s.ReleaseOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(s.ReleaseOutput(find_release(pk, self.principal(request))).data)


class DeploymentPages(Pages):
    ordering = "-started_at"


class Deployments(View):
    @extend_schema(responses=s.DeploymentOutput(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        system = find_system(pk, self.principal(request))
        pages = DeploymentPages()
        rows = pages.paginate_queryset(Deployment.objects.filter(system=system), request)
        return pages.get_paginated_response(s.DeploymentOutput(rows, many=True).data)

    @extend_schema(request=s.DeploymentInput, responses={201: s.DeploymentRecorded})
    @once
    def post(self, request: Request, pk: UUID) -> Response:
        """Record that a release is live from now on; `gate` is what the gate last said of it there."""
        by, body = self.principal(request), body_of(s.DeploymentInput(data=request.data))
        find_system(pk, by)
        release = find_release(body["release"], by)
        if release.system_id != pk:
            raise InvalidInput("release", "This release belongs to another system.", "/release")
        deployment = actions.record_deployment(release, body["environment"], by=by)
        return Response(s.DeploymentRecorded(deployment).data, status=201)


def uuid_field(request: Request, name: str) -> UUID:
    try:
        return UUID(str(request.POST.get(name, "")))
    except ValueError as error:
        raise InvalidInput("uuid", f"Send '{name}' as a UUID.", f"/{name}") from error


def read(file: UploadedFile[bytes]) -> Iterator[bytes]:
    yield from file.chunks()
