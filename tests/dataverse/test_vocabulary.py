"""Functions and actions out of a service's ``$metadata``."""

from __future__ import annotations

import pytest

from onteg_dynamics.dataverse.vocabulary import Message, Parameter, read_vocabulary
from onteg_dynamics.errors import TransportError

DOCUMENT = b"""<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="account"><Property Name="name" Type="Edm.String" /></EntityType>
<ComplexType Name="Label"><Property Name="Texts" Type="Collection(mscrm.Text)" /></ComplexType>
<EnumType Name="AccessRights" IsFlags="true"><Member Name="None" Value="0" /><Member Name="Read" Value="1" /></EnumType>
<Function Name="WhoAmI"><ReturnType Type="mscrm.WhoAmIResponse" Nullable="false" /></Function>
<Function Name="Best" IsBound="true"><Parameter Name="entityset" Type="Collection(mscrm.account)" Nullable="false" />
<Parameter Name="Count" Type="Edm.Int32" Nullable="false" /><ReturnType Type="Collection(mscrm.account)" /></Function>
<Action Name="Best" IsBound="true"><Parameter Name="entity" Type="mscrm.account" Nullable="false" />
<Parameter Name="Note" Type="Edm.String" /></Action>
</Schema></edmx:DataServices></edmx:Edmx>"""


def test_messages_with_what_they_are_bound_to() -> None:
    words = read_vocabulary(DOCUMENT)
    assert words.messages == {
        "WhoAmI": (Message("WhoAmI", True, returns="WhoAmIResponse"),),  # noqa: FBT003
        "Best": (
            Message("Best", True, "account", True, (Parameter("Count", "Edm.Int32"),), "Collection(account)"),  # noqa: FBT003
            Message("Best", False, "account", False, (Parameter("Note", "Edm.String", required=False),)),  # noqa: FBT003
        ),
    }


def test_types_that_parameters_need() -> None:
    words = read_vocabulary(DOCUMENT)
    assert words.enums == {"AccessRights": {"None": 0, "Read": 1}}
    assert words.complexes == {"Label": {"Texts": "Collection(Text)"}}
    assert words.rows == {"account"}


def test_what_is_no_xml_is_refused() -> None:
    with pytest.raises(TransportError, match="is no XML"):
        read_vocabulary(b"<html>not found")


def test_entities_are_not_followed() -> None:
    document = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
    with pytest.raises(TransportError, match="document type"):
        read_vocabulary(document)
