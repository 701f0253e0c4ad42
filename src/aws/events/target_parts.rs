//! Event targets to and from the API.

use std::collections::HashMap;

use aws_sdk_eventbridge::types::{
    AppSyncParameters, BatchArrayProperties, BatchParameters, BatchRetryStrategy, DeadLetterConfig, HttpParameters,
    InputTransformer, KinesisParameters, RedshiftDataParameters, RetryPolicy, RunCommandParameters, RunCommandTarget,
    SageMakerPipelineParameter, SageMakerPipelineParameters, SqsParameters, Target,
};
use aws_smithy_types::error::operation::BuildError;

use super::ecs_target;
use crate::provider::Object;
use crate::value::{Type, Value};

pub fn request(id: &str, o: &Object) -> Result<Target, BuildError> {
    let run: Result<Vec<RunCommandTarget>, _> = o.objects("run_command_targets").iter().map(run_command).collect();
    let run = Some(run?).filter(|r| !r.is_empty());
    let run = run.map(|r| RunCommandParameters::builder().set_run_command_targets(Some(r)).build()).transpose()?;
    let kinesis = o.object("kinesis_target").and_then(|k| k.string("partition_key_path"));
    let kinesis = kinesis.map(|path| KinesisParameters::builder().partition_key_path(path).build()).transpose()?;
    let retry = o.object("retry_policy").map(|r| {
        RetryPolicy::builder()
            .set_maximum_event_age_in_seconds(r.i32("maximum_event_age_in_seconds").filter(|n| *n > 0))
            .set_maximum_retry_attempts(r.i32("maximum_retry_attempts"))
            .build()
    });
    let dead = o.object("dead_letter_config").map(|d| DeadLetterConfig::builder().set_arn(d.string("arn")).build());
    let group = o.object("sqs_target").and_then(|s| s.string("message_group_id"));
    let graphql = o.object("appsync_target").and_then(|a| a.string("graphql_operation"));
    Target::builder()
        .id(id)
        .arn(o.string("arn").unwrap_or_default())
        .set_role_arn(o.string("role_arn"))
        .set_input(o.string("input"))
        .set_input_path(o.string("input_path"))
        .set_input_transformer(o.object("input_transformer").map(|t| transformer(&t)).transpose()?)
        .set_kinesis_parameters(kinesis)
        .set_run_command_parameters(run)
        .set_ecs_parameters(o.object("ecs_target").map(|e| ecs_target::request(&e)).transpose()?)
        .set_batch_parameters(o.object("batch_target").map(|b| batch(&b)).transpose()?)
        .set_sqs_parameters(group.map(|g| SqsParameters::builder().message_group_id(g).build()))
        .set_http_parameters(o.object("http_target").map(|h| http(&h)))
        .set_redshift_data_parameters(o.object("redshift_target").map(|r| redshift(&r)).transpose()?)
        .set_sage_maker_pipeline_parameters(o.object("sagemaker_pipeline_target").map(|s| pipeline(&s)).transpose()?)
        .set_dead_letter_config(dead)
        .set_retry_policy(retry)
        .set_app_sync_parameters(graphql.map(|g| AppSyncParameters::builder().graph_ql_operation(g).build()))
        .build()
}

fn run_command(o: &Object) -> Result<RunCommandTarget, BuildError> {
    let key = o.string("key").unwrap_or_default();
    RunCommandTarget::builder().key(key).set_values(Some(o.strings("values"))).build()
}

fn map(o: &Object, name: &str) -> Option<HashMap<String, String>> {
    Some(o.string_map(name).into_iter().collect()).filter(|m: &HashMap<_, _>| !m.is_empty())
}

fn transformer(o: &Object) -> Result<InputTransformer, BuildError> {
    let template = o.str("input_template").unwrap_or_default();
    InputTransformer::builder().set_input_paths_map(map(o, "input_paths")).input_template(template).build()
}

fn batch(o: &Object) -> Result<BatchParameters, BuildError> {
    let size = o.i32("array_size").filter(|n| *n > 0);
    let attempts = o.i32("job_attempts").filter(|n| *n > 0);
    BatchParameters::builder()
        .job_definition(o.string("job_definition").unwrap_or_default())
        .job_name(o.string("job_name").unwrap_or_default())
        .set_array_properties(size.map(|n| BatchArrayProperties::builder().size(n).build()))
        .set_retry_strategy(attempts.map(|n| BatchRetryStrategy::builder().attempts(n).build()))
        .build()
}

fn http(o: &Object) -> HttpParameters {
    let path = o.strings("path_parameter_values");
    HttpParameters::builder()
        .set_header_parameters(map(o, "header_parameters"))
        .set_path_parameter_values((!path.is_empty()).then_some(path))
        .set_query_string_parameters(map(o, "query_string_parameters"))
        .build()
}

fn redshift(o: &Object) -> Result<RedshiftDataParameters, BuildError> {
    RedshiftDataParameters::builder()
        .database(o.string("database").unwrap_or_default())
        .set_db_user(o.string("db_user"))
        .set_secret_manager_arn(o.string("secrets_manager_arn"))
        .set_sql(o.string("sql"))
        .set_statement_name(o.string("statement_name"))
        .with_event(o.bool("with_event").unwrap_or_default())
        .build()
}

fn pipeline(o: &Object) -> Result<SageMakerPipelineParameters, BuildError> {
    let all: Result<Vec<_>, _> = o
        .objects("pipeline_parameter_list")
        .iter()
        .map(|p| {
            let text = |name: &str| p.string(name).unwrap_or_default();
            SageMakerPipelineParameter::builder().name(text("name")).value(text("value")).build()
        })
        .collect();
    Ok(SageMakerPipelineParameters::builder().set_pipeline_parameter_list(Some(all?)).build())
}

/// The attributes that a live target tells; blocks that it does not have are empty.
pub fn object(live: &Target) -> Object {
    let none = Vec::<Object>::new;
    let one = |block: Object| vec![block];
    let graphql = live.app_sync_parameters.as_ref();
    let run = live.run_command_parameters.as_ref().map(|r| r.run_command_targets()).unwrap_or_default();
    let run = run.iter().map(|r| Object::new().with("key", r.key.as_str()).with("values", r.values.clone()));
    Object::new()
        .with("arn", live.arn.as_str())
        .with("input", live.input.clone().unwrap_or_default())
        .with("input_path", live.input_path.clone().unwrap_or_default())
        .with("role_arn", live.role_arn.clone().unwrap_or_default())
        .with("target_id", live.id.as_str())
        .with(
            "appsync_target",
            graphql.map_or_else(none, |a| one(Object::new().with("graphql_operation", a.graph_ql_operation.clone()))),
        )
        .with("batch_target", live.batch_parameters.as_ref().map_or_else(none, |b| one(batch_object(b))))
        .with(
            "dead_letter_config",
            live.dead_letter_config.as_ref().map_or_else(none, |d| one(Object::new().with("arn", d.arn.clone()))),
        )
        .with("ecs_target", live.ecs_parameters.as_ref().map_or_else(none, |e| one(ecs_target::object(e))))
        .with("http_target", live.http_parameters.as_ref().map_or_else(none, |h| one(http_object(h))))
        .with("input_transformer", live.input_transformer.as_ref().map_or_else(none, |t| one(transformer_object(t))))
        .with(
            "kinesis_target",
            live.kinesis_parameters
                .as_ref()
                .map_or_else(none, |k| one(Object::new().with("partition_key_path", k.partition_key_path.as_str()))),
        )
        .with("redshift_target", live.redshift_data_parameters.as_ref().map_or_else(none, |r| one(redshift_object(r))))
        .with("retry_policy", live.retry_policy.as_ref().map_or_else(none, |r| one(retry_object(r))))
        .with("run_command_targets", run.collect::<Vec<_>>())
        .with(
            "sagemaker_pipeline_target",
            live.sage_maker_pipeline_parameters.as_ref().map_or_else(none, |s| one(pipeline_object(s))),
        )
        .with(
            "sqs_target",
            live.sqs_parameters
                .as_ref()
                .map_or_else(none, |s| one(Object::new().with("message_group_id", s.message_group_id.clone()))),
        )
}

fn batch_object(b: &BatchParameters) -> Object {
    Object::new()
        .with("array_size", b.array_properties.as_ref().map(|a| a.size))
        .with("job_attempts", b.retry_strategy.as_ref().map(|r| r.attempts))
        .with("job_definition", b.job_definition.as_str())
        .with("job_name", b.job_name.as_str())
}

fn strings(all: Option<&HashMap<String, String>>) -> Value {
    let pairs = all.into_iter().flatten().map(|(k, v)| (k.as_str().into(), Value::from(v.as_str())));
    Value::map(Type::String, pairs.collect())
}

fn http_object(h: &HttpParameters) -> Object {
    Object::new()
        .with("header_parameters", strings(h.header_parameters()))
        .with("path_parameter_values", h.path_parameter_values().to_vec())
        .with("query_string_parameters", strings(h.query_string_parameters()))
}

fn transformer_object(t: &InputTransformer) -> Object {
    Object::new().with("input_paths", strings(t.input_paths_map())).with("input_template", t.input_template.as_str())
}

fn redshift_object(r: &RedshiftDataParameters) -> Object {
    Object::new()
        .with("database", r.database.as_str())
        .with("db_user", r.db_user.clone())
        .with("secrets_manager_arn", r.secret_manager_arn.clone())
        .with("sql", r.sql.clone())
        .with("statement_name", r.statement_name.clone())
        .with("with_event", r.with_event)
}

fn retry_object(r: &RetryPolicy) -> Object {
    Object::new()
        .with("maximum_event_age_in_seconds", r.maximum_event_age_in_seconds)
        .with("maximum_retry_attempts", r.maximum_retry_attempts)
}

fn pipeline_object(s: &SageMakerPipelineParameters) -> Object {
    let all = s.pipeline_parameter_list().iter();
    let all = all.map(|p| Object::new().with("name", p.name.as_str()).with("value", p.value.as_str()));
    Object::new().with("pipeline_parameter_list", all.collect::<Vec<_>>())
}
