//! Schema of `aws_s3_bucket`, with the settings that have become types of their own.

use super::bucket_name;
use crate::schema::{
    Block, NestedBlock, Normal, Schema, boolean, list_block, list_of, map_of, number, set_block, set_of, string,
};
use crate::value::Type;

/// Settings that are read and not written, and the type that writes each.
pub const MOVED: [(&str, &str); 13] = [
    ("acceleration_status", "aws_s3_bucket_accelerate_configuration"),
    ("acl", "aws_s3_bucket_acl"),
    ("cors_rule", "aws_s3_bucket_cors_configuration"),
    ("grant", "aws_s3_bucket_acl"),
    ("lifecycle_rule", "aws_s3_bucket_lifecycle_configuration"),
    ("logging", "aws_s3_bucket_logging"),
    ("object_lock_configuration", "aws_s3_bucket_object_lock_configuration"),
    ("policy", "aws_s3_bucket_policy"),
    ("replication_configuration", "aws_s3_bucket_replication_configuration"),
    ("request_payer", "aws_s3_bucket_request_payment_configuration"),
    ("server_side_encryption_configuration", "aws_s3_bucket_server_side_encryption_configuration"),
    ("versioning", "aws_s3_bucket_versioning"),
    ("website", "aws_s3_bucket_website_configuration"),
];

const WHY: &str = "Use the type of its own instead.";

pub fn schema() -> Schema {
    let text = || string().optional().computed();
    let moved = |block: NestedBlock| block.computed().deprecated(WHY);
    Schema::new(0)
        .attr("acceleration_status", text().deprecated(WHY))
        .attr("acl", text().deprecated(WHY))
        .attr("arn", string().computed())
        .attr("bucket", text().force_new().check(bucket_name::valid))
        .attr("bucket_domain_name", string().computed())
        .attr("bucket_prefix", text().force_new().check(bucket_name::valid_prefix))
        .attr("bucket_regional_domain_name", string().computed())
        .attr("force_destroy", boolean().optional().default(false))
        .attr("hosted_zone_id", string().computed())
        .attr("id", text())
        .attr("object_lock_enabled", boolean().optional().computed().force_new())
        .attr("policy", text().normal(Normal::Policy).deprecated(WHY))
        .attr("region", string().computed())
        .attr("request_payer", text().deprecated(WHY))
        .attr("website_domain", string().computed().deprecated(WHY))
        .attr("website_endpoint", string().computed().deprecated(WHY))
        .tags()
        .timeouts(&["create", "delete", "read", "update"])
        .block("cors_rule", moved(list_block(cors())))
        .block("grant", moved(set_block(grant())))
        .block("lifecycle_rule", moved(list_block(lifecycle())))
        .block("logging", moved(list_block(logging()).max(1)))
        .block("object_lock_configuration", moved(list_block(object_lock()).max(1)))
        .block("replication_configuration", moved(list_block(replication()).max(1)))
        .block("server_side_encryption_configuration", moved(list_block(encryption()).max(1)))
        .block("versioning", moved(list_block(versioning()).max(1)))
        .block("website", moved(list_block(website()).max(1)))
}

fn cors() -> Block {
    let list = || list_of(Type::String);
    Block::new()
        .attr("allowed_headers", list().optional())
        .attr("allowed_methods", list().required())
        .attr("allowed_origins", list().required())
        .attr("expose_headers", list().optional())
        .attr("max_age_seconds", number().optional())
}

fn grant() -> Block {
    Block::new()
        .attr("id", string().optional())
        .attr("permissions", set_of(Type::String).required())
        .attr("type", string().required())
        .attr("uri", string().optional())
}

fn lifecycle() -> Block {
    let expiration = Block::new()
        .attr("date", string().optional())
        .attr("days", number().optional())
        .attr("expired_object_delete_marker", boolean().optional());
    let noncurrent = Block::new().attr("days", number().optional()).attr("storage_class", string().required());
    let transition = Block::new()
        .attr("date", string().optional())
        .attr("days", number().optional())
        .attr("storage_class", string().required());
    Block::new()
        .attr("abort_incomplete_multipart_upload_days", number().optional())
        .attr("enabled", boolean().required())
        .attr("id", string().optional().computed())
        .attr("prefix", string().optional())
        .attr("tags", map_of(Type::String).optional())
        .block("expiration", list_block(expiration).max(1))
        .block("noncurrent_version_expiration", list_block(Block::new().attr("days", number().optional())).max(1))
        .block("noncurrent_version_transition", set_block(noncurrent))
        .block("transition", set_block(transition))
}

fn logging() -> Block {
    Block::new().attr("target_bucket", string().required()).attr("target_prefix", string().optional())
}

fn object_lock() -> Block {
    let retention = Block::new()
        .attr("days", number().optional())
        .attr("mode", string().required())
        .attr("years", number().optional());
    let rule = Block::new().block("default_retention", list_block(retention).min(1).max(1));
    Block::new()
        .attr("object_lock_enabled", string().optional().force_new().deprecated(WHY))
        .block("rule", list_block(rule).max(1).deprecated(WHY))
}

fn replication() -> Block {
    let translation = Block::new().attr("owner", string().required());
    let minutes = || Block::new().attr("minutes", number().optional()).attr("status", string().optional());
    let destination = Block::new()
        .attr("account_id", string().optional())
        .attr("bucket", string().required())
        .attr("replica_kms_key_id", string().optional())
        .attr("storage_class", string().optional())
        .block("access_control_translation", list_block(translation).max(1))
        .block("metrics", list_block(minutes()).max(1))
        .block("replication_time", list_block(minutes()).max(1));
    let filter = Block::new().attr("prefix", string().optional()).attr("tags", map_of(Type::String).optional());
    let objects = Block::new().attr("enabled", boolean().required());
    let criteria = Block::new().block("sse_kms_encrypted_objects", list_block(objects).max(1));
    let rule = Block::new()
        .attr("delete_marker_replication_status", string().optional())
        .attr("id", string().optional())
        .attr("prefix", string().optional())
        .attr("priority", number().optional())
        .attr("status", string().required())
        .block("destination", list_block(destination).min(1).max(1))
        .block("filter", list_block(filter).max(1))
        .block("source_selection_criteria", list_block(criteria).max(1));
    Block::new().attr("role", string().required()).block("rules", set_block(rule).min(1))
}

fn encryption() -> Block {
    let default =
        Block::new().attr("kms_master_key_id", string().optional()).attr("sse_algorithm", string().required());
    let rule = Block::new()
        .attr("bucket_key_enabled", boolean().optional())
        .block("apply_server_side_encryption_by_default", list_block(default).min(1).max(1));
    Block::new().block("rule", list_block(rule).min(1).max(1))
}

fn versioning() -> Block {
    Block::new().attr("enabled", boolean().optional()).attr("mfa_delete", boolean().optional())
}

fn website() -> Block {
    Block::new()
        .attr("error_document", string().optional())
        .attr("index_document", string().optional())
        .attr("redirect_all_requests_to", string().optional())
        .attr("routing_rules", string().optional().normal(Normal::Json))
}
