"""Words that agents use for the arguments of the catalogue, kept once for every tool; and names that hosts put in.

A synonym helps only where the tool has one of the arguments that it can mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from affino_mcp.catalogue.record import fold_name

_MEANINGS: Final[Mapping[str, str]] = {
    "Value": "amount price cost total dealvalue dealsize revenue worth sum budget opportunityvalue",
    "Currency": "currencycode iso4217 cur",
    "Telephone": "phone phonenumber tel telephonenumber landline mainphone workphone",
    "BusinessPhone": "phone workphone officephone businesstelephone directline",
    "Mobile": "cell cellphone mobilephone mobilenumber phone",
    "Email": "emailaddress mail e-mailaddress primaryemail contactemail",
    "FirstName": "givenname forename first name",
    "LastName": "surname familyname last name",
    "Name": "companyname accountname title organisation organization company fullname label",
    "Title": "name subject headline heading dealname opportunityname taskname summary",
    "JobTitle": "role position job function",
    "OwnerCode": "owner ownerid assignee assignedto assigneecode responsible salesperson salesrep rep manager assigned user",
    "OwnerCodes": "owners ownercode assignees team teammembers users",
    "AccountManagerCode": "owner ownercode accountmanager manager accountowner salesperson",
    "AuthorCode": "author writer byline createdby owner ownercode",
    "AccountCode": "account accountid company companycode companyid customer customercode client organisation account_name",
    "UserCode": "contact contactcode contactid user userid person personcode personid member usercodes contactcodes",
    "UserCodes": "contacts contactcodes contactids members usercode people",
    "AccountCodes": "accounts accountids companies accountcode",
    "PrimaryContactCode": "primarycontact contact contactcode maincontact",
    "ParentCode": "parent parentaccount parentid parentaccountcode holding",
    "ParentCommentCode": "parent replyto inreplyto parentcomment",
    "ReplyToPostCode": "replyto inreplyto parent parentpost quote",
    "OpportunityCode": "opportunity opportunityid deal dealcode dealid",
    "AppUserTaskCode": "taskcode task taskid",
    "NoteCode": "noteid note",
    "StandardItemCode": "article articlecode articleid itemcode",
    "standardSectionCode": "section sectioncode sectionid category channel",
    "ArticleTypeCode": "articletype type contenttype",
    "CategoryCode": "category categoryid",
    "CategoryCodes": "categories categorycode category categoryids",
    "ContactListCode": "list listcode listid contactlist segment campaign",
    "AccountListCode": "list listcode listid accountlist segment",
    "ForumItemCode": "forum forumcode forumid",
    "ForumThreadCode": "thread threadcode threadid topic",
    "ForumPostCode": "post postcode postid",
    "MediaFileItemCode": "media mediacode mediaitem mediaitemcode mediaid item image",
    "MediaFileCode": "file filecode fileid",
    "PermissionCode": "permission consent permissionid optin",
    "IndustryCode": "industry sector industryname vertical",
    "AccountTypeCode": "type accounttype status category",
    "Without": "no missing lacks none exclude",
    "WithoutPermissionCode": "notpermission nopermission withoutconsent withoutpermission notconsented",
    "WithoutContactListCode": "notonlist notinlist withoutlist excludelist notlist",
    "CreatedFrom": "createdafter createdsince createddate",
    "CreatedTo": "createdbefore createduntil",
    "UpdatedTo": "updatedbefore updateduntil notupdatedsince modifiedbefore stalesince",
    "TopicCodes": "topics tags topiccode labels keywords interests tag",
    "TopicNames": "topics tags topicname labels",
    "Stage": "stagecode status phase pipelinestage dealstage stagename",
    "Stages": "stagecodes statuses phases stage",
    "ValueFrom": "minvalue minimumvalue valuemin amountfrom minamount value",
    "ValueTo": "maxvalue maximumvalue valuemax amountto maxamount",
    "Status": "state stage",
    "Priority": "importance urgency severity",
    "DueDate": "due deadline dueon dueby duetime date when",
    "DueFrom": "duedate dueafter since from datefrom fromdate startdate after",
    "DueTo": "duedate duebefore until to dateto todate enddate before",
    "CloseDate": "closingdate expectedclosedate closeby closeson expectedclose date",
    "CloseDateFrom": "closedate closesafter since from datefrom fromdate startdate after",
    "CloseDateTo": "closedate closesbefore until to dateto todate enddate before",
    "LiveDate": "publishdate publishat publishon golive scheduledate startdate publicationdate",
    "ExpiryDate": "expires expiresat expirydatetime unpublishdate enddate",
    "Live": "published publish islive status visible public draft",
    "DateFilter": "since updatedsince modifiedsince createdsince after updatedafter createdafter modifiedafter from datefrom"
    " fromdate startdate updateddate createddate changedsince",
    "Search": "query q text keyword keywords searchterm searchtext term filter name title contains find",
    "PageSize": "limit size perpage pagelimit maxresults count top rows take first",
    "Cursor": "page pagetoken nextcursor nextpage offset after pagenumber skip continuation",
    "StartCode": "startafter aftercode offset",
    "SortBy": "sort orderby order sortfield sortkey",
    "SortOrder": "order direction sortdirection sort dir",
    "Mine": "my own onlymine mineonly owner me",
    "StaffOnly": "staff isstaff members",
    "OpenOnly": "open isopen status active",
    "WritableOnly": "writable canwrite",
    "DateFrom": "since from after start begin startdate fromdate",
    "DateTo": "until to before end enddate todate",
    "GroupBy": "group by dimension groups breakdown per",
    "Filters": "filter where criteria conditions",
    "Timing": "when due period duedate",
    "Body": "content text html message note notes comment description details bodytext post reply",
    "Teaser": "summary excerpt intro abstract description standfirst",
    "Description": "details summary notes about body comment",
    "Memo": "description details notes body comment text",
    "Notes": "note remarks comment comments",
    "Biography": "bio about profile",
    "Website": "url web homepage site link domain",
    "LinkedInPage": "linkedin linkedinurl",
    "CountryISO": "country countrycode nation",
    "City": "town towncity",
    "TownCity": "city town",
    "CountyState": "state county province region",
    "PostCode": "zip zipcode postalcode",
    "Postcode": "zip zipcode postalcode",
    "Address1": "address street addressline1 streetaddress",
    "Address2": "addressline2",
    "CompanySize": "employees employeecount headcount size numberofemployees staffcount",
    "AnnualTurnover": "turnover revenue annualrevenue",
    "CompanyNumber": "registrationnumber companyregistration",
    "VATNumber": "vat vatid taxid taxnumber",
    "ExternalID": "externalid externalcode foreignid reference",
    "Probability": "chance likelihood confidence winprobability percent",
    "LostReason": "reason whylost closereason",
    "Source": "leadsource origin",
    "Active": "enabled isactive disabled status",
    "Primary": "isprimary main primarycontact",
    "LeftCompany": "left leaver former",
    "FileName": "name filename",
    "MimeType": "contenttype type mediatype format",
    "ContentBase64": "content data file base64 filecontent bytes",
    "UploadToken": "token ticket",
    "Reason": "comment note explanation why",
    "Action": "status decision verdict operation",
    "Family": "type recordtype kind entity object",
    "Code": "id recordcode recordid",
    "Version": "changeid change revision",
    "IdempotencyKey": "idempotency requestid idempotencytoken",
    "DryRun": "simulate preview testonly validateonly",
}
"""Words for each argument; a word that stands at several means the first one that the tool has."""

_BY_WORD: Final[dict[str, tuple[str, ...]]] = {}
for _argument, _words in _MEANINGS.items():
    for _word in _words.split():
        _BY_WORD[fold_name(_word)] = (*_BY_WORD.get(fold_name(_word), ()), _argument)

SYNONYM_WORDS: Final = frozenset(_BY_WORD)
"""Every word that has a meaning, folded."""

HOST_NAMES: Final[Mapping[str, str]] = {
    "toolCallId": "n8n, https://github.com/n8n-io/n8n/issues/21500",
    "tool": "n8n, https://github.com/n8n-io/n8n/issues/22787",
    "sessionId": "n8n, https://github.com/sansan0/TrendRadar/issues/768",
    "action": "n8n, https://github.com/sansan0/TrendRadar/issues/768",
    "chatInput": "n8n, https://github.com/sansan0/TrendRadar/issues/768",
    "task_progress": "Cline, https://github.com/cline/cline/issues/10426",
    "random_string": "hosts that give tools without arguments a dummy one",
    "_meta": "MCP's own metadata, put one level too deep",
    "progressToken": "MCP's own metadata, put one level too deep",
    "tool_call_id": "the name of toolCallId in OpenAI's and Anthropic's interfaces",
    "tool_use_id": "the name of toolCallId in OpenAI's and Anthropic's interfaces",
    "explanation": "why the model makes the call",
    "reasoning": "why the model makes the call",
    "thought": "why the model makes the call",
}
"""Names that stand beside a model's own arguments and narrow nothing, with where they come from."""
_HOST_FOLDS: Final = frozenset(map(fold_name, HOST_NAMES))
_IDLE_ON_READS: Final = frozenset(map(fold_name, ("DryRun", "IdempotencyKey", "Confirm")))


def is_host_name(name: str) -> bool:
    """True for a name that a host puts in."""
    return fold_name(name) in _HOST_FOLDS


def can_narrow(name: str) -> bool:
    """True for a name that may be meant to narrow a read: no host puts it in, and it is no argument of every write."""
    return fold_name(name) not in _HOST_FOLDS | _IDLE_ON_READS


def synonym_arguments(name: str) -> tuple[str, ...]:
    """The arguments that a word can mean, the likeliest first; empty for an unknown word."""
    return _BY_WORD.get(fold_name(name), ())
