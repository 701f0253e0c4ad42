//! Schema and attributes of `aws_lb_listener`.

use super::attributes::Setting;
use crate::aws::validate::{self, between, one_of};
use crate::schema::{
    Attribute, Block, NestedBlock, Normal, Schema, boolean, list_block, map_of, number, set_block, string,
};
use crate::value::{Type, Value};

const APPLICATION: &[&str] = &["application"];

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html>
pub const SETTINGS: &[Setting] = &[
    Setting(
        "routing_http_request_x_amzn_mtls_clientcert_header_name",
        "routing.http.request.x_amzn_mtls_clientcert.header_name",
        APPLICATION,
    ),
    Setting(
        "routing_http_request_x_amzn_mtls_clientcert_issuer_header_name",
        "routing.http.request.x_amzn_mtls_clientcert_issuer.header_name",
        APPLICATION,
    ),
    Setting(
        "routing_http_request_x_amzn_mtls_clientcert_leaf_header_name",
        "routing.http.request.x_amzn_mtls_clientcert_leaf.header_name",
        APPLICATION,
    ),
    Setting(
        "routing_http_request_x_amzn_mtls_clientcert_serial_number_header_name",
        "routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name",
        APPLICATION,
    ),
    Setting(
        "routing_http_request_x_amzn_mtls_clientcert_subject_header_name",
        "routing.http.request.x_amzn_mtls_clientcert_subject.header_name",
        APPLICATION,
    ),
    Setting(
        "routing_http_request_x_amzn_mtls_clientcert_validity_header_name",
        "routing.http.request.x_amzn_mtls_clientcert_validity.header_name",
        APPLICATION,
    ),
    Setting(
        "routing_http_request_x_amzn_tls_cipher_suite_header_name",
        "routing.http.request.x_amzn_tls_cipher_suite.header_name",
        APPLICATION,
    ),
    Setting(
        "routing_http_request_x_amzn_tls_version_header_name",
        "routing.http.request.x_amzn_tls_version.header_name",
        APPLICATION,
    ),
    Setting(
        "routing_http_response_access_control_allow_credentials_header_value",
        "routing.http.response.access_control_allow_credentials.header_value",
        APPLICATION,
    ),
    Setting(
        "routing_http_response_access_control_allow_headers_header_value",
        "routing.http.response.access_control_allow_headers.header_value",
        APPLICATION,
    ),
    Setting(
        "routing_http_response_access_control_allow_methods_header_value",
        "routing.http.response.access_control_allow_methods.header_value",
        APPLICATION,
    ),
    Setting(
        "routing_http_response_access_control_allow_origin_header_value",
        "routing.http.response.access_control_allow_origin.header_value",
        APPLICATION,
    ),
    Setting(
        "routing_http_response_access_control_expose_headers_header_value",
        "routing.http.response.access_control_expose_headers.header_value",
        APPLICATION,
    ),
    Setting(
        "routing_http_response_access_control_max_age_header_value",
        "routing.http.response.access_control_max_age.header_value",
        APPLICATION,
    ),
    Setting(
        "routing_http_response_content_security_policy_header_value",
        "routing.http.response.content_security_policy.header_value",
        APPLICATION,
    ),
    Setting("routing_http_response_server_enabled", "routing.http.response.server.enabled", APPLICATION),
    Setting(
        "routing_http_response_strict_transport_security_header_value",
        "routing.http.response.strict_transport_security.header_value",
        APPLICATION,
    ),
    Setting(
        "routing_http_response_x_content_type_options_header_value",
        "routing.http.response.x_content_type_options.header_value",
        APPLICATION,
    ),
    Setting(
        "routing_http_response_x_frame_options_header_value",
        "routing.http.response.x_frame_options.header_value",
        APPLICATION,
    ),
    Setting("tcp_idle_timeout_seconds", "tcp.idle_timeout.seconds", &["network", "gateway"]),
];

pub fn schema() -> Schema {
    let plain = SETTINGS.iter().fold(Schema::new(0), |schema, Setting(name, ..)| schema.attr(name, setting(name)));
    plain
        .attr("alpn_policy", string().optional().normal(Normal::CaseInsensitive).check(alpn))
        .attr("arn", string().computed())
        .attr("certificate_arn", string().optional().check(validate::arn))
        .block("default_action", list_block(action()).min(1))
        .attr("id", string().optional().computed())
        .attr("load_balancer_arn", string().required().force_new().check(validate::arn))
        .block("mutual_authentication", mutual_authentication())
        .attr("port", number().optional().check(port))
        .attr("protocol", string().optional().computed().normal(Normal::CaseInsensitive).check(protocol))
        .attr("ssl_policy", string().optional().computed())
        .tags()
        .timeouts(&["create", "update"])
}

fn setting(name: &str) -> Attribute {
    match name {
        "routing_http_response_server_enabled" => boolean().optional().computed(),
        "tcp_idle_timeout_seconds" => number().optional().computed().check(|v| between(v, 60, 6000)),
        _ => string().optional().computed(),
    }
}

fn action() -> Block {
    Block::new()
        .block("authenticate_cognito", list_block(cognito()).max(1))
        .block("authenticate_oidc", list_block(oidc()).max(1))
        .block("fixed_response", list_block(fixed_response()).max(1))
        .block("forward", list_block(forward()).max(1))
        .attr("order", number().optional().computed().check(|v| between(v, 1, 50_000)))
        .block("redirect", list_block(redirect()).max(1))
        .attr("target_group_arn", string().optional().check(validate::arn))
        .attr("type", string().required().normal(Normal::CaseInsensitive).check(kind))
}

/// What both ways of authentication have.
fn authentication() -> Block {
    Block::new()
        .attr("authentication_request_extra_params", map_of(Type::String).optional())
        .attr(
            "on_unauthenticated_request",
            string().optional().computed().normal(Normal::CaseInsensitive).check(unauthenticated),
        )
        .attr("scope", string().optional().computed())
        .attr("session_cookie_name", string().optional().computed())
        .attr("session_timeout", number().optional().computed())
}

fn cognito() -> Block {
    authentication()
        .attr("user_pool_arn", string().required().check(validate::arn))
        .attr("user_pool_client_id", string().required())
        .attr("user_pool_domain", string().required())
}

fn oidc() -> Block {
    authentication()
        .attr("authorization_endpoint", string().required())
        .attr("client_id", string().required())
        .attr("client_secret", string().required().sensitive())
        .attr("issuer", string().required())
        .attr("token_endpoint", string().required())
        .attr("user_info_endpoint", string().required())
}

fn fixed_response() -> Block {
    Block::new()
        .attr("content_type", string().required().check(content_type))
        .attr("message_body", string().optional())
        .attr("status_code", string().optional().computed().check(status_code))
}

fn forward() -> Block {
    let group = Block::new()
        .attr("arn", string().required().check(validate::arn))
        .attr("weight", number().optional().default(1).check(|v| between(v, 0, 999)));
    let stickiness = Block::new()
        .attr("duration", number().required().check(|v| between(v, 1, 604_800)))
        .attr("enabled", boolean().optional().default(false));
    Block::new()
        .block("stickiness", list_block(stickiness).max(1))
        .block("target_group", set_block(group).min(1).max(5))
}

fn redirect() -> Block {
    let kept = |text: &str| string().optional().default(text);
    Block::new()
        .attr("host", kept("#{host}"))
        .attr("path", kept("/#{path}"))
        .attr("port", kept("#{port}"))
        .attr("protocol", kept("#{protocol}").check(redirected))
        .attr("query", kept("#{query}"))
        .attr("status_code", string().required().check(|v| one_of(v, &["HTTP_301", "HTTP_302"])))
}

fn mutual_authentication() -> NestedBlock {
    let block = Block::new()
        .attr("advertise_trust_store_ca_names", string().optional().computed().check(|v| one_of(v, &["on", "off"])))
        .attr("ignore_client_certificate_expiry", boolean().optional())
        .attr("mode", string().required().check(|v| one_of(v, &["off", "passthrough", "verify"])))
        .attr("trust_store_arn", string().optional());
    list_block(block).max(1).computed()
}

/// One of the texts given, in any case.
fn any_case(value: &Value, allowed: &[&str]) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if allowed.iter().any(|a| a.eq_ignore_ascii_case(text)) { Ok(()) } else { one_of(value, allowed) }
}

fn alpn(value: &Value) -> Result<(), String> {
    any_case(value, &["HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"])
}

fn kind(value: &Value) -> Result<(), String> {
    any_case(value, &["forward", "authenticate-oidc", "authenticate-cognito", "redirect", "fixed-response"])
}

fn port(value: &Value) -> Result<(), String> {
    between(value, 1, 65_535)
}

fn protocol(value: &Value) -> Result<(), String> {
    any_case(value, &["HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE"])
}

fn unauthenticated(value: &Value) -> Result<(), String> {
    any_case(value, &["deny", "allow", "authenticate"])
}

fn content_type(value: &Value) -> Result<(), String> {
    one_of(value, &["text/plain", "text/css", "text/html", "application/javascript", "application/json"])
}

fn redirected(value: &Value) -> Result<(), String> {
    one_of(value, &["#{protocol}", "HTTP", "HTTPS"])
}

fn status_code(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit()) && "245".contains(&text[..1]) {
        return Ok(());
    }
    Err(format!("\"{text}\" is not a status code 2XX, 4XX or 5XX."))
}
