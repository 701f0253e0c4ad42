//! Actions of listeners, to the API and back.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, AuthenticateCognitoActionConditionalBehaviorEnum as CognitoBehavior,
    AuthenticateCognitoActionConfig as Cognito, AuthenticateOidcActionConditionalBehaviorEnum as OidcBehavior,
    AuthenticateOidcActionConfig as Oidc, FixedResponseActionConfig, ForwardActionConfig, RedirectActionConfig,
    RedirectActionStatusCodeEnum, TargetGroupStickinessConfig, TargetGroupTuple,
};

use crate::provider::Object;

/// What the API takes: each action with its place.
pub fn wanted(want: &Object) -> Vec<Action> {
    let actions = want.objects("default_action");
    actions.iter().zip(1..).map(|(action, place)| wanted_action(action, place)).collect()
}

fn wanted_action(want: &Object, place: i32) -> Action {
    let kind = want.string("type").unwrap_or_default().to_ascii_lowercase();
    let order = want.i32("order").filter(|order| *order != 0).unwrap_or(place);
    let action = Action::builder().r#type(ActionTypeEnum::from(kind.as_str())).order(order);
    let block = |name: &str| want.object(name);
    let action = match kind.as_str() {
        "forward" => match want.string("target_group_arn") {
            Some(arn) => action.target_group_arn(arn),
            None => action.set_forward_config(block("forward").as_ref().map(wanted_forward)),
        },
        "redirect" => action.set_redirect_config(block("redirect").as_ref().map(wanted_redirect)),
        "fixed-response" => action.set_fixed_response_config(block("fixed_response").as_ref().map(wanted_response)),
        "authenticate-cognito" => {
            action.set_authenticate_cognito_config(block("authenticate_cognito").as_ref().map(wanted_cognito))
        }
        _ => action.set_authenticate_oidc_config(block("authenticate_oidc").as_ref().map(wanted_oidc)),
    };
    action.build()
}

fn wanted_forward(want: &Object) -> ForwardActionConfig {
    let group = |g: Object| {
        TargetGroupTuple::builder().set_target_group_arn(g.string("arn")).set_weight(g.i32("weight")).build()
    };
    let sticky = want.object("stickiness").map(|s| {
        let config = TargetGroupStickinessConfig::builder().set_enabled(s.bool("enabled"));
        config.set_duration_seconds(s.i32("duration").filter(|seconds| *seconds != 0)).build()
    });
    ForwardActionConfig::builder()
        .set_target_groups(Some(want.objects("target_group").into_iter().map(group).collect()))
        .set_target_group_stickiness_config(sticky)
        .build()
}

fn wanted_redirect(want: &Object) -> RedirectActionConfig {
    RedirectActionConfig::builder()
        .set_host(want.string("host"))
        .set_path(want.string("path"))
        .set_port(want.string("port"))
        .set_protocol(want.string("protocol"))
        .query(want.string("query").unwrap_or_default())
        .set_status_code(want.str("status_code").map(RedirectActionStatusCodeEnum::from))
        .build()
}

fn wanted_response(want: &Object) -> FixedResponseActionConfig {
    FixedResponseActionConfig::builder()
        .set_content_type(want.string("content_type"))
        .set_message_body(want.string("message_body"))
        .set_status_code(want.string("status_code"))
        .build()
}

fn wanted_cognito(want: &Object) -> Cognito {
    let params = want.string_map("authentication_request_extra_params");
    Cognito::builder()
        .set_authentication_request_extra_params((!params.is_empty()).then(|| params.into_iter().collect()))
        .set_on_unauthenticated_request(lower(want, "on_unauthenticated_request").map(|b| CognitoBehavior::from(&*b)))
        .set_scope(want.string("scope"))
        .set_session_cookie_name(want.string("session_cookie_name"))
        .set_session_timeout(want.i64("session_timeout").filter(|seconds| *seconds != 0))
        .set_user_pool_arn(want.string("user_pool_arn"))
        .set_user_pool_client_id(want.string("user_pool_client_id"))
        .set_user_pool_domain(want.string("user_pool_domain"))
        .build()
}

fn wanted_oidc(want: &Object) -> Oidc {
    let params = want.string_map("authentication_request_extra_params");
    Oidc::builder()
        .set_authentication_request_extra_params((!params.is_empty()).then(|| params.into_iter().collect()))
        .set_authorization_endpoint(want.string("authorization_endpoint"))
        .set_client_id(want.string("client_id"))
        .set_client_secret(want.string("client_secret"))
        .set_issuer(want.string("issuer"))
        .set_on_unauthenticated_request(lower(want, "on_unauthenticated_request").map(|b| OidcBehavior::from(&*b)))
        .set_scope(want.string("scope"))
        .set_session_cookie_name(want.string("session_cookie_name"))
        .set_session_timeout(want.i64("session_timeout").filter(|seconds| *seconds != 0))
        .set_token_endpoint(want.string("token_endpoint"))
        .set_user_info_endpoint(want.string("user_info_endpoint"))
        .build()
}

fn lower(want: &Object, name: &str) -> Option<String> {
    want.string(name).map(|text| text.to_ascii_lowercase())
}

/// Actions as they are live, in their order. What AWS does not tell, and in which of two ways it is to be told where an
/// action sends to, comes from what is known of the listener.
pub fn told(live: &[Action], prior: Option<&Object>) -> Vec<Object> {
    let known = prior.map(|p| p.objects("default_action")).unwrap_or_default();
    let mut live: Vec<&Action> = live.iter().collect();
    live.sort_by_key(|action| action.order);
    live.into_iter().enumerate().map(|(n, action)| told_action(action, known.get(n))).collect()
}

fn told_action(live: &Action, known: Option<&Object>) -> Object {
    let kind = live.r#type.as_ref().map_or("", ActionTypeEnum::as_str);
    let mut object = Object::new().with("order", live.order).with("type", kind).with("target_group_arn", "");
    for block in ["authenticate_cognito", "authenticate_oidc", "fixed_response", "forward", "redirect"] {
        object.set(block, Vec::<Object>::new());
    }
    let one = |told: Object| vec![told];
    if let Some(config) = &live.redirect_config {
        object.set("redirect", one(told_redirect(config)));
    }
    if let Some(config) = &live.fixed_response_config {
        object.set("fixed_response", one(told_response(config)));
    }
    if let Some(config) = &live.authenticate_cognito_config {
        object.set("authenticate_cognito", one(told_cognito(config)));
    }
    if let Some(config) = &live.authenticate_oidc_config {
        let secret = known.and_then(|k| k.object("authenticate_oidc")).and_then(|o| o.string("client_secret"));
        object.set("authenticate_oidc", one(told_oidc(config).with("client_secret", secret.unwrap_or_default())));
    }
    if kind == "forward" {
        let by_block = known.is_some_and(|k| k.object("forward").is_some());
        let by_arn = known.is_some_and(|k| k.has("target_group_arn") && k.str("target_group_arn") != Some(""));
        match (&live.target_group_arn, &live.forward_config) {
            (Some(arn), forward) if by_arn || !by_block || forward.is_none() => {
                object.set("target_group_arn", arn.as_str());
            }
            (_, Some(forward)) => {
                object.set("forward", one(told_forward(forward)));
            }
            _ => {}
        }
    }
    object
}

fn told_redirect(live: &RedirectActionConfig) -> Object {
    Object::new()
        .with("host", live.host.clone())
        .with("path", live.path.clone())
        .with("port", live.port.clone())
        .with("protocol", live.protocol.clone())
        .with("query", live.query.clone())
        .with("status_code", live.status_code.as_ref().map(RedirectActionStatusCodeEnum::as_str))
}

fn told_response(live: &FixedResponseActionConfig) -> Object {
    Object::new()
        .with("content_type", live.content_type.clone())
        .with("message_body", live.message_body.clone())
        .with("status_code", live.status_code.clone())
}

fn told_forward(live: &ForwardActionConfig) -> Object {
    let group = |g: &TargetGroupTuple| Object::new().with("arn", g.target_group_arn.clone()).with("weight", g.weight);
    let sticky = live
        .target_group_stickiness_config
        .as_ref()
        .map(|s| Object::new().with("duration", s.duration_seconds).with("enabled", s.enabled.unwrap_or_default()));
    Object::new()
        .with("stickiness", Vec::from_iter(sticky))
        .with("target_group", live.target_groups().iter().map(group).collect::<Vec<_>>())
}

fn params(live: Option<&HashMap<String, String>>) -> BTreeMap<String, String> {
    live.into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect()
}

fn told_cognito(live: &Cognito) -> Object {
    Object::new()
        .with("authentication_request_extra_params", params(live.authentication_request_extra_params.as_ref()))
        .with("on_unauthenticated_request", live.on_unauthenticated_request.as_ref().map(CognitoBehavior::as_str))
        .with("scope", live.scope.clone())
        .with("session_cookie_name", live.session_cookie_name.clone())
        .with("session_timeout", live.session_timeout)
        .with("user_pool_arn", live.user_pool_arn.clone())
        .with("user_pool_client_id", live.user_pool_client_id.clone())
        .with("user_pool_domain", live.user_pool_domain.clone())
}

fn told_oidc(live: &Oidc) -> Object {
    Object::new()
        .with("authentication_request_extra_params", params(live.authentication_request_extra_params.as_ref()))
        .with("authorization_endpoint", live.authorization_endpoint.clone())
        .with("client_id", live.client_id.clone())
        .with("issuer", live.issuer.clone())
        .with("on_unauthenticated_request", live.on_unauthenticated_request.as_ref().map(OidcBehavior::as_str))
        .with("scope", live.scope.clone())
        .with("session_cookie_name", live.session_cookie_name.clone())
        .with("session_timeout", live.session_timeout)
        .with("token_endpoint", live.token_endpoint.clone())
        .with("user_info_endpoint", live.user_info_endpoint.clone())
}
