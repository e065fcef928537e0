from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from onteg_dynamics.sandbox.query import Query, parse_query, run_query
from onteg_dynamics.sandbox.query.options import MAX_EXPANDS
from onteg_dynamics.sandbox.query.query import Order
from onteg_dynamics.sandbox.query.tree import Path
from onteg_dynamics.sandbox.refusals import Refusal
from tests.sandbox.query.garden import Garden


def read(garden: Garden, *options: tuple[str, str], table: str = "account") -> Query:
    return parse_query(garden.world.model, garden.table(table), options)


def refusal(garden: Garden, *options: tuple[str, str], table: str = "account") -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(garden, *options, table=table)
    return caught.value


def names(query: Query) -> list[str]:
    return [column.property_name for column in query.columns]


def test_nothing_asked_for_gives_every_readable_column(garden: Garden) -> None:
    query = read(garden)
    assert {"name", "_ownerid_value", "accountid", "createdon"} <= set(names(query))
    assert query.asked == ()
    assert "entityimage" not in names(query)
    assert names(read(garden, ("$select", "*"))) == names(query)
    assert (query.filter, query.order, query.top, query.count, query.expands, query.token) == (
        None,
        (),
        None,
        False,
        (),
        None,
    )


def test_selected_columns_bring_company(garden: Garden) -> None:
    assert names(read(garden, ("$select", "name"))) == ["name", "accountid"]
    assert names(read(garden, ("$select", " name , revenue "))) == [
        "name",
        "revenue",
        "_transactioncurrencyid_value",
        "accountid",
    ]
    assert names(read(garden, ("$select", "address1_city"))) == ["address1_city", "address1_composite", "accountid"]
    assert names(read(garden, ("$select", "fullname"), table="systemuser")) == ["fullname", "systemuserid", "ownerid"]
    assert read(garden, ("$select", "name,revenue")).asked == ("name", "revenue")


@pytest.mark.parametrize(
    "name", ["nosuch", "Name", "primarycontactid", "ownerid", "contact_customer_accounts", "statecodename"]
)
def test_only_properties_can_be_selected(garden: Garden, name: str) -> None:
    message = f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.account'."
    assert refusal(garden, ("$select", name)).message == message


def test_orders(garden: Garden) -> None:
    query = read(garden, ("$orderby", "revenue asc,name desc, createdon"))
    assert query.order == (
        Order(Path(("revenue",))),
        Order(Path(("name",)), descending=True),
        Order(Path(("createdon",))),
    )
    query = read(garden, ("$orderby", "@p1 desc"), ("@p1", "revenue"))
    assert query.order == (Order(Path(("revenue",)), descending=True),)
    assert read(garden, ("$orderby", "primarycontactid/fullname")).order == (
        Order(Path(("primarycontactid", "fullname"))),
    )


@pytest.mark.parametrize(
    "text", ["name up", "name asc desc", "'x'", "1", "name DESC", "contains(name,'x')", "name eq 1", "@p1"]
)
def test_what_is_no_order(garden: Garden, text: str) -> None:
    assert refusal(garden, ("$orderby", text)).code == "0x80060888"


def test_top_and_count(garden: Garden) -> None:
    assert read(garden, ("$top", "3")).top == 3
    assert read(garden, ("$top", "0")).top == 0
    assert read(garden, ("$top", "9999")).top == 5000
    assert read(garden, ("$count", "true")).count
    assert not read(garden, ("$count", "false")).count
    for value in ("-1", "x", "", "1.5", "\uff19"):
        assert refusal(garden, ("$top", value)).code == "0x80060888"
    for value in ("1", "True", "", "yes"):
        assert refusal(garden, ("$count", value)).code == "0x80060888"


@pytest.mark.parametrize(
    "name", ["$skip", "$search", "$format", "$compute", "$levels", "$index", "$nonsense", "$Select", "$FILTER"]
)
def test_options_that_are_not_supported(garden: Garden, name: str) -> None:
    found = refusal(garden, (name, "1"))
    assert (found.status, found.code) == (400, "0x80060888")
    assert name in found.message


@pytest.mark.parametrize("name", ["$apply", "fetchXml", "savedQuery", "userQuery", "sql"])
def test_other_languages_belong_to_collections(garden: Garden, name: str) -> None:
    assert refusal(garden, (name, "x")).status == 501


def test_an_option_twice(garden: Garden) -> None:
    assert refusal(garden, ("$top", "1"), ("$top", "2")).code == "0x80060888"


def test_options_without_a_dollar_are_let_be(garden: Garden) -> None:
    assert read(garden, ("tag", "x"), ("api-version", "1")) == read(garden)


def test_expansions(garden: Garden) -> None:
    text = (
        "primarycontactid($select=fullname;$filter=statecode eq 0),"
        "contact_customer_accounts($select=lastname;$orderby=lastname desc;$top=3)"
    )
    lookup, collection = read(garden, ("$expand", text)).expands
    assert (lookup.navigation.name, lookup.navigation.is_collection) == ("primarycontactid", False)
    assert lookup.query.asked == ("fullname",)
    assert lookup.query.filter is not None
    assert (collection.query.top, collection.query.order) == (3, (Order(Path(("lastname",)), descending=True),))
    assert read(garden, ("$expand", "primarycontactid/$ref")).expands[0].reference
    nested = read(garden, ("$expand", "primarycontactid($expand=parentcustomerid_account($select=name))")).expands[0]
    assert nested.query.expands[0].navigation.name == "parentcustomerid_account"


def test_marks_inside_quotes_and_brackets_are_text(garden: Garden) -> None:
    text = "contact_customer_accounts($filter=lastname eq 'a;b,(c' and contains(firstname,'x);');$select=lastname)"
    (expand,) = read(garden, ("$expand", text)).expands
    assert expand.query.asked == ("lastname",)


@pytest.mark.parametrize(
    "text",
    [
        "nosuch",
        "name",
        "_primarycontactid_value",
        "PrimaryContactId",
        "primarycontactid(",
        "primarycontactid($select=nosuch)",
        "primarycontactid($select)",
        "primarycontactid(select=fullname)",
        "primarycontactid($orderby=fullname)",
        "primarycontactid($top=1)",
        "contact_customer_accounts/$ref",
        "contact_customer_accounts($skip=1)",
        "contact_customer_accounts($count=true)",
        "contact_customer_accounts($levels=2)",
        "contact_customer_accounts($search=x)",
        "contact_customer_accounts($top=1;$expand=parentcustomerid_account)",
        "contact_customer_accounts($orderby=lastname;$expand=parentcustomerid_account)",
        "primarycontactid($expand=contactleads_association)",
        "primarycontactid/fullname",
    ],
)
def test_what_cannot_be_expanded(garden: Garden, text: str) -> None:
    found = refusal(garden, ("$expand", text))
    assert found.status == 400


def test_the_service_s_words_for_references_and_nesting(garden: Garden) -> None:
    found = refusal(garden, ("$expand", "contact_customer_accounts/$ref"))
    assert found.message == "Expand with $ref is only supported on lookup type navigation property."
    found = refusal(garden, ("$expand", "contact_customer_accounts($top=1;$expand=parentcustomerid_account)"))
    assert found.message.startswith(
        "Only $select and $filter clause can be provided while doing $expand on many-to-one"
    )


def test_many_to_many_relationships_are_expanded_by_themselves(garden: Garden) -> None:
    many = "accountleads_association,listaccount_association"
    assert len(read(garden, ("$expand", many)).expands) == 2
    for other in ("primarycontactid", "Account_Tasks"):
        assert refusal(garden, ("$expand", f"accountleads_association,{other}")).code == "0x80060888"


def test_fifteen_expansions_are_the_most(garden: Garden) -> None:
    several = sorted(name for name, one in garden.world.model.navigations("account").items() if not one.is_collection)
    assert len(read(garden, ("$expand", ",".join(several[:MAX_EXPANDS]))).expands) == MAX_EXPANDS == 15
    assert refusal(garden, ("$expand", ",".join(several[: MAX_EXPANDS + 1]))).code == "0x80060888"
    nested = f"primarycontactid($expand={','.join(['parentcustomerid_account'] * 15)})"
    assert refusal(garden, ("$expand", nested)).code == "0x80060888"


_WORDS = """
name revenue statecode createdon primarycontactid contact_customer_accounts accountleads_association fullname lastname
parentcustomerid_account _ownerid_value $select= $filter= $expand= $top= $orderby= $ref $count any( all( c: c/
( ) , ; / = ' '' 'x' 1 -1 1.5 null true asc desc eq ne not and or contains( startswith( @p1 2024-01-01 * %
Microsoft.Dynamics.CRM.Today( PropertyName= [ ] " \x00 é
"""
_PIECES = st.sampled_from(_WORDS.split())
_TEXT = st.lists(st.one_of(_PIECES, st.just(" ")), max_size=12).map("".join)
_NAMES = st.sampled_from(("$select", "$filter", "$orderby", "$expand", "$top", "$count", "$skiptoken", "@p1"))


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(options=st.dictionaries(_NAMES, _TEXT, max_size=3))
@example(options={"$skiptoken": '<cookie pagenumber="1" pagingcookie="%3Ccookie/%3E" istracking="False" />'})
@example(options={"$filter": "@p1", "@p1": "@p1"})
@example(options={"$orderby": "@p1", "@p1": "@p1"})
def test_any_options_are_answered_or_refused(garden: Garden, options: dict[str, str]) -> None:
    with suppress(Refusal):
        run_query(garden.world, read(garden, *options.items()), caller=garden.caller, names=True)
