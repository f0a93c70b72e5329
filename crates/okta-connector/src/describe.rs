//! The description of the connector and its entities for AppFlow, made from the tables.

use crate::catalogue::{Field, Kind, Object};
use crate::credentials::{
    API_TOKEN, API_TOKEN_SCHEME, CLIENT_ID, KEY_ID, KMS_KEY_ID, PRIVATE_KEY, SCOPES,
    SERVICE_APP_SCHEME,
};
use crate::entity::FieldId;
use crate::offered::Offered;
use crate::settings::Settings;
use appflow_connector::ConnectorConfiguration;
use appflow_connector::configuration::{
    AuthParameter, AuthenticationConfig, ConnectorMode, CustomAuthConfig, DataTransferType,
    OAuth2ContentType, OAuth2Defaults, OAuth2GrantType, OAuth2MethodType, TriggerFrequency,
    TriggerType,
};
use appflow_connector::entity::{
    Entity, EntityDefinition, FieldDefinition, Operator, ReadOperationProperty,
};

/// Hosts under which orgs live. `{{…}}` makes AppFlow ask the user for the part in front.
const OAUTH_HOSTS: [&str; 6] = [
    "{{OKTA_ORG}}.okta.com",
    "{{OKTA_ORG}}.oktapreview.com",
    "{{OKTA_ORG}}.okta-emea.com",
    "{{OKTA_ORG}}.okta-gov.com",
    "{{OKTA_ORG}}.okta.mil",
    "{{OKTA_CUSTOM_DOMAIN}}",
];

/// The scope without which there is no refresh token.
const REFRESH: &str = "offline_access";

/// Describes the connector of a deployment.
pub(crate) fn configuration(offered: &Offered) -> ConnectorConfiguration {
    ConnectorConfiguration {
        connector_owner: "Okta Connector Maintainers".to_owned(),
        connector_name: "Okta".to_owned(),
        connector_version: env!("CARGO_PKG_VERSION").to_owned(),
        connector_modes: vec![ConnectorMode::Source],
        authentication_config: authentication(offered),
        connector_runtime_settings: Settings::declaration(),
        supported_api_versions: vec!["v1".to_owned()],
        operators_supported: OPERATORS.to_vec(),
        supported_trigger_types: vec![TriggerType::Scheduled, TriggerType::OnDemand],
        trigger_frequencies_supported: vec![
            TriggerFrequency::ByMinute,
            TriggerFrequency::Hourly,
            TriggerFrequency::Daily,
            TriggerFrequency::Weekly,
            TriggerFrequency::Monthly,
            TriggerFrequency::Once,
        ],
        supported_write_operations: Vec::new(),
        supported_data_transfer_types: vec![DataTransferType::Record],
        logo_url: None,
    }
}

/// The operators of filters, and those that AppFlow applies to records by itself: leaving the
/// latter out would hide them from users.
const OPERATORS: [Operator; 21] = [
    Operator::Projection,
    Operator::EqualTo,
    Operator::NotEqualTo,
    Operator::LessThan,
    Operator::LessThanOrEqualTo,
    Operator::GreaterThan,
    Operator::GreaterThanOrEqualTo,
    Operator::Between,
    Operator::Contains,
    Operator::Addition,
    Operator::Subtraction,
    Operator::Multiplication,
    Operator::Division,
    Operator::MaskAll,
    Operator::MaskFirstN,
    Operator::MaskLastN,
    Operator::ValidateNonNull,
    Operator::ValidateNonZero,
    Operator::ValidateNonNegative,
    Operator::ValidateNumeric,
    Operator::NoOp,
];

fn authentication(offered: &Offered) -> AuthenticationConfig {
    let addresses = |path: &str| {
        OAUTH_HOSTS.iter().map(|host| format!("https://{host}/oauth2/v1/{path}")).collect()
    };
    let scopes = offered.scopes().into_iter().chain([REFRESH]);
    AuthenticationConfig {
        is_basic_auth_supported: false,
        is_api_key_auth_supported: false,
        is_oauth2_supported: true,
        is_custom_auth_supported: true,
        oauth2_defaults: Some(OAuth2Defaults {
            oauth_scopes: scopes.map(str::to_owned).collect(),
            token_url: addresses("token"),
            auth_url: addresses("authorize"),
            oauth2_grant_types_supported: vec![OAuth2GrantType::AuthorizationCode],
            oauth2_content_type: OAuth2ContentType::UrlEncoded,
            oauth2_method_type: OAuth2MethodType::HttpPost,
            oauth2_custom_properties: Vec::new(),
            add_basic_auth_header: true,
        }),
        custom_auth_config: Some(vec![
            CustomAuthConfig {
                authentication_type: API_TOKEN_SCHEME.to_owned(),
                auth_parameters: vec![AuthParameter {
                    sensitive_field: true,
                    required: true,
                    ..parameter(
                        API_TOKEN,
                        "API Token",
                        "An API token that a read-only administrator of the org created",
                    )
                }],
            },
            CustomAuthConfig {
                authentication_type: SERVICE_APP_SCHEME.to_owned(),
                auth_parameters: service_app_parameters(),
            },
        ]),
    }
}

fn service_app_parameters() -> Vec<AuthParameter> {
    let required = |parameter| AuthParameter { required: true, ..parameter };
    let sensitive = |parameter| AuthParameter { sensitive_field: true, ..parameter };
    vec![
        required(parameter(CLIENT_ID, "Client ID", "The client ID of the API Services app")),
        required(parameter(KEY_ID, "Key ID", "The KID under which the app lists the public key")),
        sensitive(parameter(
            PRIVATE_KEY,
            "Private Key",
            "The private key in one line - a PEM file without its first and last line or a JSON Web Key. Leave it empty if the key is in KMS",
        )),
        parameter(
            KMS_KEY_ID,
            "KMS Key ID",
            "The ARN of the AWS KMS key that signs instead of a private key - RSA or ECC NIST P256",
        ),
        parameter(
            SCOPES,
            "Scopes",
            "The scopes to ask for without spaces and separated by a comma. Leave it empty for all that are granted",
        ),
    ]
}

fn parameter(key: &str, label: &str, description: &str) -> AuthParameter {
    AuthParameter {
        key: key.to_owned(),
        required: false,
        label: label.to_owned(),
        description: description.to_owned(),
        sensitive_field: false,
        connector_supplied_values: None,
    }
}

/// Describes an object as an entity, without its fields.
pub(crate) fn entity(object: &Object) -> Entity {
    Entity {
        entity_identifier: object.name.to_owned(),
        has_nested_entities: false,
        is_writable: false,
        label: Some(object.label.to_owned()),
        description: Some(object.description.to_owned()),
        custom_properties: None,
    }
}

/// Describes an entity with its fields.
pub(crate) fn definition(described: &crate::entity::Entity) -> EntityDefinition {
    EntityDefinition {
        entity: entity(&described.object),
        fields: fields(described),
        custom_properties: None,
    }
}

/// The most attributes of an org that are described: an answer has 6 MB, of which each may need 1 KB.
const MAX_CUSTOM: usize = 5_000;

fn fields(described: &crate::entity::Entity) -> Vec<FieldDefinition> {
    let most = described.object.fields.len() + MAX_CUSTOM;
    if described.len() > most {
        let (entity, attributes) = (described.object.name, described.len() - most);
        tracing::warn!(entity, attributes, "the org has more attributes than can be described");
    }
    let fields = described.fields().take(most);
    fields.map(|(id, _)| field(described, id)).collect()
}

fn field(described: &crate::entity::Entity, id: FieldId) -> FieldDefinition {
    let field: &Field = &described[id];
    FieldDefinition {
        field_name: field.name.clone().into_owned(),
        data_type: field.data_type(),
        data_type_label: Some(format!("{:?}", field.data_type())),
        label: Some(field.label.clone().into_owned()),
        description: Some(field.description.clone().into_owned()),
        is_primary_key: Some(field.kind == Kind::Key),
        default_value: None,
        is_deprecated: Some(false),
        constraints: None,
        read_properties: Some(ReadOperationProperty {
            is_retrievable: Some(true),
            is_nullable: Some(field.kind != Kind::Key),
            is_queryable: Some(!field.operators().is_empty()),
            // An attribute of the org does not move when the record is changed.
            is_timestamp_field_for_incremental_queries: Some(
                field.kind == Kind::DateTime && !described.is_custom(id),
            ),
        }),
        write_properties: None,
        filter_operators: field.operators().to_vec(),
        custom_properties: None,
    }
}
