// DynamicsWebApi against the sandbox: functions, actions and changes. Runs in a folder of its own that has the package.

import assert from "node:assert/strict";
import { api, label, play, refused } from "./dynamics_web_api_client.mjs";

const account = () => api.create({ collection: "accounts", data: { name: "Messages" } });

async function file_column(name) {
  await api.createAttribute({
    entityKey: "LogicalName='account'",
    data: { "@odata.type": "Microsoft.Dynamics.CRM.FileAttributeMetadata", SchemaName: name, DisplayName: label(name) },
  });
  return name.toLowerCase();
}

async function scenario_files_in_blocks() {
  const own = await account();
  const Target = { "@odata.type": "Microsoft.Dynamics.CRM.account", accountid: own };
  const FileAttributeName = await file_column("new_Blocks"), FileName = "blocks.bin";
  const call = (actionName, action) => api.callAction({ actionName, action });
  const base64 = (text) => Buffer.from(text).toString("base64");
  const { FileContinuationToken } = await call("InitializeFileBlocksUpload", { Target, FileAttributeName, FileName });
  const BlockList = ["1", "2", "3"].map(base64);
  for (const BlockId of BlockList) {
    await call("UploadBlock", { BlockId, BlockData: base64("block"), FileContinuationToken });
  }
  const MimeType = "application/octet-stream";
  const kept = await call("CommitFileBlocksUpload", { BlockList, FileName, MimeType, FileContinuationToken });
  assert.equal(kept.FileSizeInBytes, 15);
  const begun = await call("InitializeFileBlocksDownload", { Target, FileAttributeName });
  const part = { Offset: 5, BlockLength: 10, FileContinuationToken: begun.FileContinuationToken };
  const { Data } = await call("DownloadBlock", part);
  assert.equal(Buffer.from(Data, "base64").toString(), "blockblock");
  await call("DeleteFile", { FileId: kept.FileId });
  await refused(() => call("DeleteFile", { FileId: kept.FileId }), 404);
}

async function scenario_a_quote_of_an_opportunity() {
  const deal = await api.create({ collection: "opportunities", data: { name: "Beans" } });
  const quote = await api.callAction({
    actionName: "GenerateQuoteFromOpportunity",
    action: { OpportunityId: deal, ColumnSet: { Columns: ["name", "opportunityid"] } },
  });
  assert.deepEqual([quote.name, quote._opportunityid_value, quote.statecode], ["Beans", deal, undefined]);
}

async function scenario_duplicates_by_a_function() {
  const pair = { firstname: "Twin", lastname: "Twice", emailaddress1: "twin@example.com" };
  const make = () => api.create({ collection: "contacts", data: pair });
  const [first, second] = [await make(), await make()];
  const found = await api.callFunction({
    name: "RetrieveDuplicates",
    parameters: {
      BusinessEntity: { "@odata.id": `contacts(${first})` }, MatchingEntityName: "contact",
      PagingInfo: { PageNumber: 1, Count: 50 },
    },
  });
  assert.ok(found.value.map((row) => row.contactid).includes(second));
}

async function scenario_changes() {
  const first = await api.retrieveMultiple({ collection: "leads", select: ["subject"], trackChanges: true });
  const key = await api.create({ collection: "leads", data: { subject: "Tracked", lastname: "T" } });
  const link = first.oDataDeltaLink ?? first["@odata.deltaLink"];
  const later = await api.retrieveMultiple({ collection: "leads", select: ["subject"] }, link);
  assert.deepEqual(later.value.map((row) => row.leadid), [key]);
  await api.deleteRecord({ collection: "leads", key });
  const last = await api.retrieveMultiple({ collection: "leads" }, later.oDataDeltaLink ?? later["@odata.deltaLink"]);
  assert.deepEqual(last.value.map((row) => [row.id, row.reason]), [[key, "deleted"]]);
}

await play([
  scenario_files_in_blocks,
  scenario_a_quote_of_an_opportunity,
  scenario_duplicates_by_a_function,
  scenario_changes,
]);
