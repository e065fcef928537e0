// DynamicsWebApi against the sandbox: definitions. Runs in a folder of its own that has the package.

import assert from "node:assert/strict";
import { api, label, play, refused } from "./dynamics_web_api_client.mjs";

const CRM = "Microsoft.Dynamics.CRM.";

async function table(name) {
  const data = {
    "@odata.type": `${CRM}EntityMetadata`, SchemaName: name, OwnershipType: "UserOwned", IsActivity: false,
    HasActivities: false, HasNotes: false, DisplayName: label(name), DisplayCollectionName: label(`${name}s`),
    Attributes: [{
      "@odata.type": `${CRM}StringAttributeMetadata`, SchemaName: "new_Name", IsPrimaryName: true, MaxLength: 100,
      FormatName: { Value: "Text" }, DisplayName: label("Name"),
    }],
  };
  return api.createEntity({ data });
}

function column(kind, name, more = {}) {
  return {
    "@odata.type": `${CRM}${kind}AttributeMetadata`, SchemaName: name, DisplayName: label(name),
    RequiredLevel: { Value: "None" }, ...more,
  };
}

async function scenario_a_table_is_changed() {
  const key = await table("new_Kettle");
  const definition = await api.retrieveEntity({ key });
  definition.DisplayName = label("Pot");
  await api.updateEntity({ data: definition, mergeLabels: true });
  const found = await api.retrieveEntity({ key: "LogicalName='new_kettle'", select: ["DisplayName"] });
  assert.equal(found.DisplayName.UserLocalizedLabel.Label, "Pot");
  await api.deleteRecord({ collection: "EntityDefinitions", key });
  await refused(() => api.retrieveEntity({ key: "LogicalName='new_kettle'" }), 404);
}

async function scenario_columns_come_and_change() {
  const entityKey = await table("new_Basket");
  const attributeKey = await api.createAttribute({
    entityKey, data: column("Integer", "new_Pieces", { MinValue: 0, MaxValue: 5, Format: "None" }),
  });
  await refused(() => api.create({ collection: "new_baskets", data: { new_pieces: 6 } }), 400);
  const castType = `${CRM}IntegerAttributeMetadata`;
  const found = await api.retrieveAttribute({ entityKey, attributeKey, castType });
  await api.updateAttribute({ entityKey, data: { ...found, MaxValue: 6 }, castType, mergeLabels: true });
  await api.create({ collection: "new_baskets", data: { new_pieces: 6 } });
  const all = await api.retrieveAttributes({ entityKey, castType, select: ["LogicalName", "MaxValue"] });
  assert.equal(all.value.find((one) => one.LogicalName === "new_pieces").MaxValue, 6);
  await api.deleteRecord({ collection: "EntityDefinitions", key: entityKey });
}

async function scenario_relationships() {
  const parent = await table("new_Hive");
  const child = await table("new_Bee");
  const key = await api.createRelationship({
    data: {
      "@odata.type": `${CRM}OneToManyRelationshipMetadata`, SchemaName: "new_hive_bee", ReferencedEntity: "new_hive",
      ReferencedAttribute: "new_hiveid", ReferencingEntity: "new_bee",
      CascadeConfiguration: { Assign: "NoCascade", Delete: "RemoveLink", Merge: "NoCascade", Reparent: "NoCascade", Share: "NoCascade", Unshare: "NoCascade" },
      Lookup: column("Lookup", "new_HiveId"),
    },
  });
  const castType = `${CRM}OneToManyRelationshipMetadata`;
  const found = await api.retrieveRelationship({ key, castType });
  assert.equal(found.CascadeConfiguration.Delete, "RemoveLink");
  found.CascadeConfiguration.Delete = "Restrict";
  await api.updateRelationship({ data: found, castType });
  const hive = await api.create({ collection: "new_hives", data: { new_name: "H" } });
  await api.create({ collection: "new_bees", data: { new_name: "B", "new_HiveId@odata.bind": `new_hives(${hive})` } });
  await refused(() => api.deleteRecord({ collection: "new_hives", key: hive }), 405);
  await api.deleteRelationship({ key });
  await refused(() => api.retrieveRelationship({ key }), 404);
  for (const one of [child, parent]) await api.deleteRecord({ collection: "EntityDefinitions", key: one });
}

async function scenario_pairs_of_a_relationship() {
  const entity = await table("new_Actor");
  await api.createRelationship({
    data: {
      "@odata.type": `${CRM}ManyToManyRelationshipMetadata`, SchemaName: "new_actor_contact",
      IntersectEntityName: "new_actor_contact", Entity1LogicalName: "new_actor", Entity2LogicalName: "contact",
    },
  });
  const actor = await api.create({ collection: "new_actors", data: { new_name: "A" } });
  const contact = await api.create({ collection: "contacts", data: { lastname: "Agent" } });
  const link = { collection: "new_actors", primaryKey: actor, relationshipName: "new_actor_contact" };
  await api.associate({ ...link, relatedCollection: "contacts", relatedKey: contact });
  const expand = [{ property: "new_actor_contact", select: ["lastname"] }];
  const read = async () => (await api.retrieve({ collection: "new_actors", key: actor, expand })).new_actor_contact;
  assert.deepEqual((await read()).map((row) => row.lastname), ["Agent"]);
  await api.disassociate({ ...link, relatedKey: contact });
  assert.deepEqual(await read(), []);
  await api.deleteRecord({ collection: "EntityDefinitions", key: entity });
}

async function scenario_global_choices() {
  const option = (value, text) => ({ Value: value, Label: label(text) });
  const key = await api.createGlobalOptionSet({
    data: {
      "@odata.type": `${CRM}OptionSetMetadata`, Name: "new_taste", DisplayName: label("Taste"), IsGlobal: true,
      OptionSetType: "Picklist", Options: [option(1, "Sweet"), option(2, "Sour")],
    },
  });
  const castType = `${CRM}OptionSetMetadata`;
  const found = await api.retrieveGlobalOptionSet({ key, castType });
  assert.deepEqual(found.Options.map((one) => one.Value), [1, 2]);
  const whole = await api.retrieveGlobalOptionSet({ key }); // it names its type, as its update must
  await api.updateGlobalOptionSet({ data: { ...whole, DisplayName: label("Flavour") }, mergeLabels: true });
  const all = await api.retrieveGlobalOptionSets({ select: ["Name"] });
  assert.ok(all.value.some((one) => one.Name === "new_taste"));
  const again = await api.retrieveGlobalOptionSet({ key: "Name='new_taste'", castType });
  assert.equal(again.DisplayName.UserLocalizedLabel.Label, "Flavour");
  await api.deleteGlobalOptionSet({ key });
  await refused(() => api.retrieveGlobalOptionSet({ key }), 404);
}

await play([
  scenario_a_table_is_changed,
  scenario_columns_come_and_change,
  scenario_relationships,
  scenario_pairs_of_a_relationship,
  scenario_global_choices,
]);
