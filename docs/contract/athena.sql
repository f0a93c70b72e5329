-- Tables over what flows have written as JSON lines, for Athena and the Glue Data Catalog. Generated from the
-- catalogue by `make bless`. Put the place of each flow after LOCATION. Objects and lists are their JSON text,
-- which json_extract reads; times are texts, which from_iso8601_timestamp reads.

CREATE EXTERNAL TABLE IF NOT EXISTS okta_api_token (
  `id` string COMMENT 'Unique key of the API token.',
  `name` string COMMENT 'Name of the token.',
  `userid` string COMMENT 'Id of the user who holds the token.',
  `clientname` string COMMENT 'Name of the client for which it was made.',
  `tokenwindow` string COMMENT 'Time after which an unused token expires as an ISO 8601 duration. Absent if it is not limited.',
  `networkconnection` string COMMENT 'ANYWHERE or ZONE.',
  `network` string COMMENT 'Network zones from which the token may be used.',
  `expiresat` string COMMENT 'When the token expires unless it is used before.',
  `created` string COMMENT 'When the token was created.',
  `lastupdated` string COMMENT 'When the token was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/api-token/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_application (
  `accessibility` string COMMENT 'Who may see and request the application.',
  `created` string COMMENT 'When the application was created.',
  `credentials` string COMMENT 'How users of the application are named and signing is done.',
  `credentialssigningkeyid` string COMMENT 'Id of the key that signs assertions.',
  `embedded` string COMMENT 'Resources embedded in the application. Usually absent.',
  `features` string COMMENT 'Provisioning features that are enabled.',
  `groupid` string COMMENT 'Id of a group to which the application is assigned. Exists in filters only and the record carries the value asked for.',
  `id` string COMMENT 'Unique key of the application.',
  `label` string COMMENT 'Display name of this instance.',
  `lastupdated` string COMMENT 'When the application was last changed.',
  `links` string COMMENT 'Links to related resources and actions.',
  `name` string COMMENT 'Key of the application definition. Several instances share it.',
  `profile` string COMMENT 'Free-form profile of an OpenID Connect client.',
  `requestobjectsigningalg` string COMMENT 'Algorithm that signs request objects of an OpenID Connect client.',
  `settings` string COMMENT 'Settings of the application.',
  `status` string COMMENT 'ACTIVE or INACTIVE.',
  `userid` string COMMENT 'Id of a user to whom the application is assigned. Exists in filters only and the record carries the value asked for.',
  `visibility` string COMMENT 'Where users see the application.',
  `signonmode` string COMMENT 'How users sign on. Empty for directories and the like.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/application/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_application_assignment_change (
  `key` string COMMENT 'The ids of the event and the application and the assignee joined by colons. It identifies the record.',
  `change` string COMMENT 'ADDED or REMOVED.',
  `applicationid` string COMMENT 'Id of the application.',
  `applicationlabel` string COMMENT 'Name of the application as far as the log still has it.',
  `assigneetype` string COMMENT 'USER or GROUP.',
  `assigneeid` string COMMENT 'Id of the user or the group.',
  `actorid` string COMMENT 'Id of who did it.',
  `published` string COMMENT 'When it happened.',
  `eventid` string COMMENT 'Unique key of the event.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/application-assignment-change/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_application_grant (
  `key` string COMMENT 'The ids of the application and the grant joined by colons. It identifies the record.',
  `applicationid` string COMMENT 'Id of the application.',
  `applicationlabel` string COMMENT 'Display name of the application.',
  `id` string COMMENT 'Id of the grant.',
  `scopeid` string COMMENT 'The scope such as okta.users.read.',
  `status` string COMMENT 'ACTIVE or REVOKED.',
  `source` string COMMENT 'ADMIN or END_USER.',
  `clientid` string COMMENT 'Id of the application as a client.',
  `issuer` string COMMENT 'Authorization server that gives tokens.',
  `userid` string COMMENT 'Id of the user who consented.',
  `createdby` string COMMENT 'Who made the grant.',
  `created` string COMMENT 'When the grant was created.',
  `lastupdated` string COMMENT 'When the grant was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/application-grant/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_application_group (
  `key` string COMMENT 'The ids of the application and the group joined by colons. It identifies the record.',
  `applicationid` string COMMENT 'Id of the application.',
  `applicationlabel` string COMMENT 'Display name of the application.',
  `groupid` string COMMENT 'Id of the group.',
  `priority` bigint COMMENT 'Place among the groups of the application.',
  `lastupdated` string COMMENT 'When the assignment was last changed.',
  `profile` string COMMENT 'Values that members of the group get in the application.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/application-group/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_application_user (
  `key` string COMMENT 'The ids of the application and the user joined by colons. It identifies the record.',
  `applicationid` string COMMENT 'Id of the application.',
  `applicationlabel` string COMMENT 'Display name of the application.',
  `userid` string COMMENT 'Id of the user.',
  `username` string COMMENT 'Name of the user in the application.',
  `scope` string COMMENT 'USER if the application is assigned to the user and GROUP if it comes through a group.',
  `status` string COMMENT 'Status of the assignment.',
  `created` string COMMENT 'When the assignment was created.',
  `lastupdated` string COMMENT 'When the assignment was last changed.',
  `statuschanged` string COMMENT 'When the status last changed.',
  `syncstate` string COMMENT 'State of the synchronization with the application.',
  `externalid` string COMMENT 'Id of the user in the application.',
  `profile` string COMMENT 'The profile that the application has of the user.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/application-user/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_authorization_server (
  `id` string COMMENT 'Unique key of the authorization server.',
  `name` string COMMENT 'Name of the server.',
  `description` string COMMENT 'Description of the server.',
  `audiences` string COMMENT 'Recipients for which tokens are meant.',
  `issuer` string COMMENT 'URL that tokens name as their issuer.',
  `issuermode` string COMMENT 'ORG_URL CUSTOM_URL or DYNAMIC.',
  `status` string COMMENT 'ACTIVE or INACTIVE.',
  `default` boolean COMMENT 'Whether it is the default server.',
  `signingkeyid` string COMMENT 'Id of the key that signs tokens.',
  `signingrotationmode` string COMMENT 'AUTO or MANUAL.',
  `signinglastrotated` string COMMENT 'When the signing key was last changed.',
  `signingnextrotation` string COMMENT 'When the signing key changes next.',
  `created` string COMMENT 'When the server was created.',
  `lastupdated` string COMMENT 'When the server was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/authorization-server/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_custom_role (
  `id` string COMMENT 'Unique key of the role.',
  `label` string COMMENT 'Name of the role.',
  `description` string COMMENT 'Description of the role.',
  `links` string COMMENT 'Links to related resources.',
  `created` string COMMENT 'When the role was created.',
  `lastupdated` string COMMENT 'When the role was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/custom-role/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_deletion (
  `key` string COMMENT 'The ids of the event and the parent and the object joined by colons. It identifies the record.',
  `objecttype` string COMMENT 'Entity of what is gone such as User or GroupMember.',
  `objectid` string COMMENT 'Id of what is gone. For a member or an assignment it is the id of the user or the group.',
  `parentid` string COMMENT 'Id of the group or application or device or policy that it was taken from.',
  `name` string COMMENT 'Name as far as the log still has it.',
  `actorid` string COMMENT 'Id of who did it.',
  `actortype` string COMMENT 'Type of who did it such as User or SystemPrincipal.',
  `published` string COMMENT 'When it happened.',
  `eventtype` string COMMENT 'Type of the event such as user.lifecycle.delete.completed.',
  `eventid` string COMMENT 'Unique key of the event.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/deletion/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_device (
  `created` string COMMENT 'When the device was created.',
  `displayname` string COMMENT 'Name of the device.',
  `id` string COMMENT 'Unique key of the device.',
  `imei` string COMMENT 'International Mobile Equipment Identity.',
  `lastupdated` string COMMENT 'When the device was last changed.',
  `links` string COMMENT 'Links to related resources and actions.',
  `manufacturer` string COMMENT 'Manufacturer of the device.',
  `meid` string COMMENT 'Mobile equipment identifier.',
  `model` string COMMENT 'Model of the device.',
  `osversion` string COMMENT 'Version of the operating system.',
  `platform` string COMMENT 'ANDROID IOS MACOS or WINDOWS.',
  `profile` string COMMENT 'The whole profile.',
  `registered` boolean COMMENT 'Whether the device is registered with Okta.',
  `resourcealternateid` string COMMENT 'Alternate id of the resource. Usually absent.',
  `resourcedisplayname` string COMMENT 'Display name of the resource and whether it is sensitive.',
  `resourceid` string COMMENT 'Id of the resource. The same as the id.',
  `resourcetype` string COMMENT 'Kind of the resource.',
  `securehardwarepresent` boolean COMMENT 'Whether the device has secure hardware.',
  `serialnumber` string COMMENT 'Serial number.',
  `status` string COMMENT 'CREATED ACTIVE DEACTIVATED SUSPENDED or UNSUSPENDED.',
  `sid` string COMMENT 'Windows security identifier.',
  `udid` string COMMENT 'Unique device identifier of macOS and others.',
  `tpmpublickeyhash` string COMMENT 'Hash of the public key of the Trusted Platform Module.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/device/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_device_user (
  `key` string COMMENT 'The ids of the device and the user joined by colons. It identifies the record.',
  `deviceid` string COMMENT 'Id of the device.',
  `devicedisplayname` string COMMENT 'Name of the device.',
  `userid` string COMMENT 'Id of the user.',
  `login` string COMMENT 'Unique name with which the user signs in.',
  `managementstatus` string COMMENT 'MANAGED or NOT_MANAGED.',
  `screenlocktype` string COMMENT 'NONE PASSCODE or BIOMETRIC.',
  `created` string COMMENT 'When the user was added to the device.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/device-user/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_event_hook (
  `id` string COMMENT 'Unique key of the event hook.',
  `name` string COMMENT 'Name of the hook.',
  `description` string COMMENT 'Description of the hook. Usually absent.',
  `status` string COMMENT 'ACTIVE or INACTIVE.',
  `verificationstatus` string COMMENT 'VERIFIED or UNVERIFIED.',
  `channeluri` string COMMENT 'Address that is called.',
  `channel` string COMMENT 'How the hook is called. Values of headers and secrets are left out.',
  `events` string COMMENT 'Types of events for which it is called.',
  `createdby` string COMMENT 'Id of the user who created it.',
  `created` string COMMENT 'When the hook was created.',
  `lastupdated` string COMMENT 'When the hook was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/event-hook/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_group (
  `created` string COMMENT 'When the group was created.',
  `embedded` string COMMENT 'Resources embedded in the group. Usually absent.',
  `externalid` string COMMENT 'The objectGUID of a Windows group in base64.',
  `description` string COMMENT 'Description of the group.',
  `name` string COMMENT 'Name of the group.',
  `id` string COMMENT 'Unique key of the group.',
  `lastmembershipupdated` string COMMENT 'When a member was last added or removed.',
  `lastupdated` string COMMENT 'When the profile was last changed. Membership does not count.',
  `links` string COMMENT 'Links to related resources.',
  `objectclass` string COMMENT 'Classes that determine the profile.',
  `profile` string COMMENT 'The whole profile with custom attributes.',
  `samaccountname` string COMMENT 'SAM account name of a Windows group.',
  `sourceid` string COMMENT 'Id of the application from which the group was imported.',
  `type` string COMMENT 'OKTA_GROUP APP_GROUP or BUILT_IN.',
  `windowsdomainqualifiedname` string COMMENT 'Domain-qualified name of a Windows group.',
  `dn` string COMMENT 'Distinguished name of a Windows group.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/group/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_group_member (
  `key` string COMMENT 'The ids of the group and the user joined by colons. It identifies the record.',
  `groupid` string COMMENT 'Id of the group.',
  `groupname` string COMMENT 'Name of the group.',
  `grouptype` string COMMENT 'OKTA_GROUP APP_GROUP or BUILT_IN.',
  `grouplastmembershipupdated` string COMMENT 'When a member was last added to the group or removed. All members of such groups are read.',
  `userid` string COMMENT 'Id of the user.',
  `login` string COMMENT 'Unique name with which the user signs in.',
  `email` string COMMENT 'Primary email address.',
  `firstname` string COMMENT 'Given name.',
  `lastname` string COMMENT 'Family name.',
  `displayname` string COMMENT 'Name of the user as shown to others.',
  `status` string COMMENT 'Status of the user.',
  `assignedby` string COMMENT 'RULE if a group rule put the user into the group and DIRECT if a person or an import did. Absent where the org does not say.',
  `ruleids` string COMMENT 'Ids of the rules that put the user into the group. Absent where the org does not say.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/group-member/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_group_membership_change (
  `key` string COMMENT 'The ids of the event and the group and the user joined by colons. It identifies the record.',
  `change` string COMMENT 'ADDED or REMOVED.',
  `groupid` string COMMENT 'Id of the group.',
  `groupname` string COMMENT 'Name of the group as far as the log still has it.',
  `userid` string COMMENT 'Id of the user.',
  `login` string COMMENT 'Username as far as the log still has it.',
  `actorid` string COMMENT 'Id of who did it.',
  `published` string COMMENT 'When it happened.',
  `eventid` string COMMENT 'Unique key of the event.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/group-membership-change/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_group_owner (
  `key` string COMMENT 'The ids of the group and the owner joined by colons. It identifies the record.',
  `groupid` string COMMENT 'Id of the group.',
  `groupname` string COMMENT 'Name of the group.',
  `grouptype` string COMMENT 'OKTA_GROUP APP_GROUP or BUILT_IN.',
  `id` string COMMENT 'Id of the user or group that owns the group.',
  `type` string COMMENT 'USER or GROUP.',
  `displayname` string COMMENT 'Name of the owner.',
  `resolved` boolean COMMENT 'Whether Okta knows the owner.',
  `origintype` string COMMENT 'OKTA_DIRECTORY or APPLICATION.',
  `originid` string COMMENT 'Id of the application that the owner comes from.',
  `lastupdated` string COMMENT 'When the owner was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/group-owner/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_group_push_mapping (
  `key` string COMMENT 'The ids of the application and the mapping joined by colons. It identifies the record.',
  `applicationid` string COMMENT 'Id of the application.',
  `applicationlabel` string COMMENT 'Display name of the application.',
  `id` string COMMENT 'Id of the mapping.',
  `sourcegroupid` string COMMENT 'Id of the group that is pushed.',
  `targetgroupid` string COMMENT 'Id of the group of the application.',
  `status` string COMMENT 'ACTIVE INACTIVE or ERROR.',
  `errorsummary` string COMMENT 'What went wrong.',
  `lastpush` string COMMENT 'When the group was last pushed.',
  `usergroupid` string COMMENT 'Id of the group of users. Usually absent.',
  `created` string COMMENT 'When the mapping was created.',
  `lastupdated` string COMMENT 'When the mapping was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/group-push-mapping/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_group_rule (
  `id` string COMMENT 'Unique key of the group rule.',
  `name` string COMMENT 'Name of the rule.',
  `status` string COMMENT 'ACTIVE INACTIVE or INVALID.',
  `type` string COMMENT 'Kind of rule which is group_rule.',
  `expression` string COMMENT 'Expression of the Okta Expression Language that a user has to fulfil.',
  `groupids` string COMMENT 'Ids of the groups into which the rule puts users.',
  `allgroupsvalid` boolean COMMENT 'Whether all of these groups exist. Absent where Okta does not say.',
  `conditions` string COMMENT 'The expression and the users and groups that are excluded.',
  `actions` string COMMENT 'What the rule does.',
  `created` string COMMENT 'When the rule was created.',
  `lastupdated` string COMMENT 'When the rule was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/group-rule/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_group_schema_attribute (
  `description` string COMMENT 'Description of the attribute.',
  `enum` string COMMENT 'Values that the attribute may have.',
  `externalname` string COMMENT 'Name in the application that the attribute comes from.',
  `externalnamespace` string COMMENT 'Namespace in the application that the attribute comes from.',
  `format` string COMMENT 'Format of a text such as email or date-time.',
  `itemstype` string COMMENT 'Type of the elements of an array.',
  `key` string COMMENT 'Unique key of the attribute.',
  `master` string COMMENT 'PROFILE_MASTER OKTA or OVERRIDE.',
  `mutability` string COMMENT 'READ_WRITE READ_ONLY IMMUTABLE or WRITE_ONLY.',
  `name` string COMMENT 'Name of the attribute in a profile.',
  `oneof` string COMMENT 'Values that the attribute may have and their titles.',
  `part` string COMMENT 'base for the attributes that every org has and custom for those of this org.',
  `permissions` string COMMENT 'What the user whose profile it is may do with the attribute.',
  `required` boolean COMMENT 'Whether a profile must have the attribute.',
  `schemaupdated` string COMMENT 'When the schema of the attribute was last changed.',
  `scope` string COMMENT 'NONE or SELF.',
  `title` string COMMENT 'Title of the attribute as people see it.',
  `type` string COMMENT 'Type of the values such as string or array.',
  `unique` string COMMENT 'UNIQUE_VALIDATED where no two profiles have the same value.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/group-schema-attribute/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_identity_provider (
  `id` string COMMENT 'Unique key of the identity provider.',
  `name` string COMMENT 'Name of the provider.',
  `type` string COMMENT 'Kind of provider such as SAML2 OIDC or GOOGLE.',
  `status` string COMMENT 'ACTIVE or INACTIVE.',
  `issuermode` string COMMENT 'ORG_URL CUSTOM_URL or DYNAMIC.',
  `protocoltype` string COMMENT 'SAML2 OIDC OAUTH2 or MTLS.',
  `protocolissuerurl` string COMMENT 'Issuer of an OpenID Connect provider.',
  `protocolendpoints` string COMMENT 'Addresses of the provider.',
  `protocolscopes` string COMMENT 'Scopes that the org asks for.',
  `clientid` string COMMENT 'Id under which the provider knows the org.',
  `trustissuer` string COMMENT 'Issuer of assertions.',
  `trustaudience` string COMMENT 'Audience of assertions.',
  `trustkeyid` string COMMENT 'Id of the key that assertions are checked with.',
  `policy` string COMMENT 'How accounts are linked and provisioned.',
  `created` string COMMENT 'When the provider was created.',
  `lastupdated` string COMMENT 'When the provider was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/identity-provider/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_inline_hook (
  `id` string COMMENT 'Unique key of the inline hook.',
  `name` string COMMENT 'Name of the hook.',
  `type` string COMMENT 'Kind of work in which the hook is asked.',
  `version` string COMMENT 'Version of the kind of hook.',
  `status` string COMMENT 'ACTIVE or INACTIVE.',
  `channeluri` string COMMENT 'Address that is called.',
  `channel` string COMMENT 'How the hook is called. Values of headers and secrets are left out.',
  `created` string COMMENT 'When the hook was created.',
  `lastupdated` string COMMENT 'When the hook was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/inline-hook/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_log_stream (
  `id` string COMMENT 'Unique key of the log stream.',
  `name` string COMMENT 'Name of the stream.',
  `type` string COMMENT 'Kind of destination such as aws_eventbridge.',
  `status` string COMMENT 'ACTIVE or INACTIVE.',
  `settings` string COMMENT 'Settings of the destination without its token.',
  `created` string COMMENT 'When the stream was created.',
  `lastupdated` string COMMENT 'When the stream was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/log-stream/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_network_zone (
  `id` string COMMENT 'Unique key of the network zone.',
  `name` string COMMENT 'Name of the zone.',
  `type` string COMMENT 'IP DYNAMIC or DYNAMIC_V2.',
  `status` string COMMENT 'ACTIVE or INACTIVE.',
  `usage` string COMMENT 'POLICY or BLOCKLIST.',
  `system` boolean COMMENT 'Whether Okta made the zone.',
  `gateways` string COMMENT 'Addresses of an IP zone.',
  `proxies` string COMMENT 'Trusted proxies of an IP zone. Usually absent.',
  `asns` string COMMENT 'Autonomous systems of a dynamic zone. An object in a zone of type DYNAMIC_V2.',
  `locations` string COMMENT 'Places of a dynamic zone. An object in a zone of type DYNAMIC_V2.',
  `proxytype` string COMMENT 'Kind of proxy of a dynamic zone.',
  `ipservicecategories` string COMMENT 'Kinds of services of a zone of type DYNAMIC_V2.',
  `created` string COMMENT 'When the zone was created.',
  `lastupdated` string COMMENT 'When the zone was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/network-zone/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_policy (
  `id` string COMMENT 'Unique key of the policy.',
  `name` string COMMENT 'Name of the policy.',
  `type` string COMMENT 'Type such as OKTA_SIGN_ON PASSWORD MFA_ENROLL or ACCESS_POLICY.',
  `status` string COMMENT 'ACTIVE or INACTIVE.',
  `priority` bigint COMMENT 'Place among the policies of its type.',
  `system` boolean COMMENT 'Whether Okta made the policy.',
  `description` string COMMENT 'Description of the policy.',
  `conditions` string COMMENT 'To whom and when the policy applies.',
  `settings` string COMMENT 'Settings of the policy.',
  `embedded` string COMMENT 'Resources embedded in the policy.',
  `created` string COMMENT 'When the policy was created.',
  `lastupdated` string COMMENT 'When the policy was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/policy/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_policy_rule (
  `key` string COMMENT 'The ids of the policy and the rule joined by colons. It identifies the record.',
  `policyid` string COMMENT 'Id of the policy.',
  `policyname` string COMMENT 'Name of the policy.',
  `policytype` string COMMENT 'Type of the policy.',
  `id` string COMMENT 'Id of the rule.',
  `name` string COMMENT 'Name of the rule.',
  `type` string COMMENT 'Type of the rule. It may differ from that of the policy.',
  `status` string COMMENT 'ACTIVE or INACTIVE.',
  `priority` bigint COMMENT 'Place among the rules of the policy.',
  `system` boolean COMMENT 'Whether Okta made the rule.',
  `conditions` string COMMENT 'To whom and when the rule applies.',
  `actions` string COMMENT 'What the rule does.',
  `created` string COMMENT 'When the rule was created.',
  `lastupdated` string COMMENT 'When the rule was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/policy-rule/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_realm (
  `id` string COMMENT 'Unique key of the realm.',
  `name` string COMMENT 'Name of the realm.',
  `realmtype` string COMMENT 'PARTNER or DEFAULT.',
  `domains` string COMMENT 'Domains of the email addresses of its users.',
  `isdefault` boolean COMMENT 'Whether it is the default realm.',
  `profile` string COMMENT 'The whole profile.',
  `created` string COMMENT 'When the realm was created.',
  `lastupdated` string COMMENT 'When the realm was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/realm/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_resource_set (
  `id` string COMMENT 'Unique key of the resource set.',
  `label` string COMMENT 'Name of the resource set.',
  `description` string COMMENT 'Description of the resource set.',
  `links` string COMMENT 'Links to related resources.',
  `created` string COMMENT 'When the resource set was created.',
  `lastupdated` string COMMENT 'When the resource set was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/resource-set/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_role_assignment (
  `key` string COMMENT 'The type and id of the assignee and the id of the role joined by colons. It identifies the record.',
  `assigneetype` string COMMENT 'USER GROUP or CLIENT.',
  `assigneeid` string COMMENT 'Id of the user or group or client app.',
  `id` string COMMENT 'Id of the role or of its binding. It may be the same for several assignees.',
  `type` string COMMENT 'Type of the role such as SUPER_ADMIN. CUSTOM for a role that the org has made.',
  `label` string COMMENT 'Name of the role.',
  `status` string COMMENT 'ACTIVE or INACTIVE.',
  `assignmenttype` string COMMENT 'USER GROUP or CLIENT. GROUP in the record of a user says that the role comes through a group.',
  `inheritedfromgroupid` string COMMENT 'Id of the group through which a user has the role.',
  `roleid` string COMMENT 'Id of a custom role or name of a role of Okta.',
  `resourcesetid` string COMMENT 'Id of the resource set that a custom role is limited to.',
  `created` string COMMENT 'When the assignment was created.',
  `lastupdated` string COMMENT 'When the assignment was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/role-assignment/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_system_log_event (
  `uuid` string COMMENT 'Unique key of the event.',
  `published` string COMMENT 'When the event happened. Okta may show it some minutes later.',
  `eventtype` string COMMENT 'Type such as user.lifecycle.create.',
  `severity` string COMMENT 'DEBUG INFO WARN or ERROR.',
  `displaymessage` string COMMENT 'What happened in a few words.',
  `actorid` string COMMENT 'Id of who did it.',
  `actortype` string COMMENT 'Type of who did it such as User or SystemPrincipal.',
  `actoralternateid` string COMMENT 'Another name of who did it. For a user it is the username.',
  `actordisplayname` string COMMENT 'Name of who did it as shown to others.',
  `outcomeresult` string COMMENT 'SUCCESS FAILURE SKIPPED ALLOW DENY CHALLENGE UNKNOWN or another result.',
  `outcomereason` string COMMENT 'Reason for the result.',
  `clientipaddress` string COMMENT 'Address that the request came from.',
  `clientuseragent` string COMMENT 'Program that the request came from.',
  `transactionid` string COMMENT 'Id that the events of one request have in common.',
  `transactiontype` string COMMENT 'WEB for a request of somebody and JOB for a job of the org.',
  `targetuserid` string COMMENT 'Id of the first user that it happened to.',
  `targetgroupid` string COMMENT 'Id of the first group that it happened to.',
  `targetapplicationid` string COMMENT 'Id of the first application that it happened to.',
  `actor` string COMMENT 'Who did it.',
  `client` string COMMENT 'What the request came from.',
  `outcome` string COMMENT 'Result and reason.',
  `target` string COMMENT 'All that it happened to.',
  `transaction` string COMMENT 'Request or job that it was a part of.',
  `debugcontext` string COMMENT 'Details that differ between event types.',
  `authenticationcontext` string COMMENT 'How the actor had signed in.',
  `securitycontext` string COMMENT 'Network that the request came from.',
  `request` string COMMENT 'Addresses that the request went through.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/system-log-event/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_trusted_origin (
  `id` string COMMENT 'Unique key of the trusted origin.',
  `name` string COMMENT 'Name of the origin.',
  `origin` string COMMENT 'Scheme host and port of the site.',
  `scopes` string COMMENT 'What the origin may do such as CORS or REDIRECT.',
  `status` string COMMENT 'ACTIVE or INACTIVE.',
  `createdby` string COMMENT 'Id of the user who created it.',
  `lastupdatedby` string COMMENT 'Id of the user who last changed it.',
  `created` string COMMENT 'When the origin was created.',
  `lastupdated` string COMMENT 'When the origin was last changed.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/trusted-origin/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_user (
  `activated` string COMMENT 'When the user was activated. Empty while staged.',
  `city` string COMMENT 'City or locality of the address.',
  `costcenter` string COMMENT 'Cost center assigned to the user.',
  `countrycode` string COMMENT 'Country of the address as an ISO 3166-1 code of two letters.',
  `created` string COMMENT 'When the user was created.',
  `credentials` string COMMENT 'How the user signs in. Holds no password.',
  `department` string COMMENT 'Department of the user.',
  `displayname` string COMMENT 'Name of the user as shown to others.',
  `division` string COMMENT 'Division of the user.',
  `email` string COMMENT 'Primary email address.',
  `embedded` string COMMENT 'Resources embedded in the user. Usually absent.',
  `employeenumber` string COMMENT 'Number that the organization assigned to the user.',
  `firstname` string COMMENT 'Given name.',
  `honorificprefix` string COMMENT 'Title before the name.',
  `honorificsuffix` string COMMENT 'Title after the name.',
  `id` string COMMENT 'Unique key of the user.',
  `lastlogin` string COMMENT 'When the user last signed in. Does not move Last Updated.',
  `lastname` string COMMENT 'Family name.',
  `lastupdated` string COMMENT 'When the user was last changed. Signing in and group membership do not count.',
  `links` string COMMENT 'Links to related resources and actions.',
  `locale` string COMMENT 'Locale for numbers and dates and the like.',
  `manager` string COMMENT 'Display name of the manager.',
  `managerid` string COMMENT 'Id of the manager.',
  `middlename` string COMMENT 'Middle name.',
  `mobilephone` string COMMENT 'Mobile phone number.',
  `nickname` string COMMENT 'Casual name.',
  `occupation` string COMMENT 'Occupation. Exists where the org defines this custom attribute.',
  `organization` string COMMENT 'Organization of the user.',
  `passwordchanged` string COMMENT 'When the password was last changed.',
  `postaladdress` string COMMENT 'Mailing address.',
  `preferredlanguage` string COMMENT 'Preferred written or spoken language.',
  `primaryphone` string COMMENT 'Primary phone number.',
  `profile` string COMMENT 'The whole profile with custom attributes.',
  `profileurl` string COMMENT 'Online profile of the user.',
  `secondemail` string COMMENT 'Secondary email address for account recovery.',
  `state` string COMMENT 'State or region of the address.',
  `status` string COMMENT 'STAGED PROVISIONED ACTIVE RECOVERY PASSWORD_EXPIRED LOCKED_OUT SUSPENDED or DEPROVISIONED.',
  `statuschanged` string COMMENT 'When the status last changed.',
  `streetaddress` string COMMENT 'Street of the address.',
  `timezone` string COMMENT 'Time zone.',
  `title` string COMMENT 'Job title.',
  `transitioningtostatus` string COMMENT 'Status that a running transition leads to.',
  `type` string COMMENT 'The user type as an object with its id.',
  `typeid` string COMMENT 'Id of the user type.',
  `usertype` string COMMENT 'Free text that classifies the user. Unrelated to the user type.',
  `login` string COMMENT 'Unique name with which the user signs in.',
  `zipcode` string COMMENT 'Postal code of the address.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/user/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_user_factor (
  `key` string COMMENT 'The ids of the user and the factor joined by colons. It identifies the record.',
  `userid` string COMMENT 'Id of the user.',
  `login` string COMMENT 'Unique name with which the user signs in.',
  `userstatus` string COMMENT 'Status of the user.',
  `id` string COMMENT 'Id of the factor.',
  `factortype` string COMMENT 'Kind of factor such as push or webauthn.',
  `provider` string COMMENT 'Provider of the factor.',
  `vendorname` string COMMENT 'Name of the vendor.',
  `status` string COMMENT 'Status of the factor.',
  `created` string COMMENT 'When the factor was created.',
  `lastupdated` string COMMENT 'When the factor was last changed.',
  `profile` string COMMENT 'Attributes of the factor without its keys.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/user-factor/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_user_schema_attribute (
  `typeid` string COMMENT 'Id of the user type.',
  `typetitle` string COMMENT 'Title of the schema of the user type.',
  `description` string COMMENT 'Description of the attribute.',
  `enum` string COMMENT 'Values that the attribute may have.',
  `externalname` string COMMENT 'Name in the application that the attribute comes from.',
  `externalnamespace` string COMMENT 'Namespace in the application that the attribute comes from.',
  `format` string COMMENT 'Format of a text such as email or date-time.',
  `itemstype` string COMMENT 'Type of the elements of an array.',
  `key` string COMMENT 'Unique key of the attribute.',
  `master` string COMMENT 'PROFILE_MASTER OKTA or OVERRIDE.',
  `mutability` string COMMENT 'READ_WRITE READ_ONLY IMMUTABLE or WRITE_ONLY.',
  `name` string COMMENT 'Name of the attribute in a profile.',
  `oneof` string COMMENT 'Values that the attribute may have and their titles.',
  `part` string COMMENT 'base for the attributes that every org has and custom for those of this org.',
  `permissions` string COMMENT 'What the user whose profile it is may do with the attribute.',
  `required` boolean COMMENT 'Whether a profile must have the attribute.',
  `schemaupdated` string COMMENT 'When the schema of the attribute was last changed.',
  `scope` string COMMENT 'NONE or SELF.',
  `title` string COMMENT 'Title of the attribute as people see it.',
  `type` string COMMENT 'Type of the values such as string or array.',
  `unique` string COMMENT 'UNIQUE_VALIDATED where no two profiles have the same value.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/user-schema-attribute/';

CREATE EXTERNAL TABLE IF NOT EXISTS okta_user_type (
  `created` string COMMENT 'When the user type was created.',
  `createdby` string COMMENT 'Id of the user or system principal who created it.',
  `default` boolean COMMENT 'Whether it is the default user type.',
  `description` string COMMENT 'Human-readable description.',
  `displayname` string COMMENT 'Human-readable name.',
  `id` string COMMENT 'Unique key of the user type.',
  `lastupdated` string COMMENT 'When the user type was last changed.',
  `lastupdatedby` string COMMENT 'Id of the user or system principal who last changed it.',
  `links` string COMMENT 'Links to the user type and its schema.',
  `name` string COMMENT 'Unique name of the user type.'
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/PREFIX/user-type/';
