"""Fields of request bodies: a text is a text and a time is one that can be reckoned with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from governance.identity.calendar import INSTANT_SENTENCE, is_known_instant

TEXT_SENTENCE = "Send a text in quotation marks, not a number, list or object."


class TextField(serializers.CharField):
    """A JSON string; a number or a boolean is refused instead of being made into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError(TEXT_SENTENCE)
        return super().to_internal_value(data)


class InstantField(serializers.DateTimeField):
    """A time in ISO 8601, within the years that the platform reckons with."""

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            raise serializers.ValidationError(INSTANT_SENTENCE)
        try:
            instant = super().to_internal_value(value)
        except OverflowError as error:
            raise serializers.ValidationError(INSTANT_SENTENCE) from error
        if not is_known_instant(instant):
            raise serializers.ValidationError(INSTANT_SENTENCE)
        return instant


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it does not know: a misspelt field must not be ignored silently."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                known = ", ".join(self.fields)
                raise serializers.ValidationError(
                    {unknown[0]: [f"Unknown field. Known fields: {known}."]}
                )
        return super().to_internal_value(data)
