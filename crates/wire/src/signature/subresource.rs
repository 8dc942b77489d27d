/// Parameters that version 1 signs: the union of what the SDKs know, since each signs a slightly different set. Sorted.
const SIGNED: &[&str] = &[
    "accessPoint",
    "accessPointPolicy",
    "acl",
    "append",
    "asyncFetch",
    "bucketArchiveDirectRead",
    "bucketInfo",
    "callback",
    "callback-var",
    "cloudboxes",
    "cname",
    "comp",
    "continuation-token",
    "cors",
    "delete",
    "encryption",
    "endTime",
    "group",
    "httpsConfig",
    "img",
    "inventory",
    "inventoryId",
    "legalHold",
    "lifecycle",
    "link",
    "live",
    "location",
    "logging",
    "metaQuery",
    "objectInfo",
    "objectMeta",
    "objectWorm",
    "overwriteConfig",
    "partNumber",
    "policy",
    "policyStatus",
    "position",
    "publicAccessBlock",
    "qos",
    "qosInfo",
    "qosRequester",
    "quota",
    "redundancyTransition",
    "referer",
    "regionList",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "requesterQosInfo",
    "resourceGroup",
    "resourcePool",
    "resourcePoolBuckets",
    "resourcePoolInfo",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "rtc",
    "security-token",
    "sequential",
    "startTime",
    "stat",
    "status",
    "style",
    "styleName",
    "symlink",
    "tagging",
    "transferAcceleration",
    "udf",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "vod",
    "website",
    "worm",
    "wormExtend",
    "wormId",
    "x-oss-ac-forward-allow",
    "x-oss-ac-source-ip",
    "x-oss-ac-subnet-mask",
    "x-oss-ac-vpc-id",
    "x-oss-access-point-name",
    "x-oss-async-process",
    "x-oss-process",
    "x-oss-redundancy-transition-taskid",
    "x-oss-request-payer",
    "x-oss-target-redundancy-type",
    "x-oss-traffic-limit",
    "x-oss-write-get-object-response",
];

/// Those of them that some SDKs leave unsigned. Only ones that change neither the operation, nor what it is done to, nor
/// what comes back may stand here: whoever holds a signed URL could add them.
const MAYBE_UNSIGNED: &[&str] = &["x-oss-request-payer", "x-oss-traffic-limit"];

/// Whether version 1 signs the parameter.
pub(super) fn is_signed(name: &str) -> bool {
    SIGNED.binary_search(&name).is_ok()
}

/// Whether a client that does not know the parameter may leave it unsigned.
pub(super) fn may_be_unsigned(name: &str) -> bool {
    MAYBE_UNSIGNED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::{MAYBE_UNSIGNED, SIGNED, is_signed};

    #[test]
    fn the_list_is_sorted_for_the_search() {
        assert!(SIGNED.is_sorted());
        assert!(MAYBE_UNSIGNED.iter().all(|name| is_signed(name)));
        assert!(is_signed("versionId") && !is_signed("prefix"));
    }
}
