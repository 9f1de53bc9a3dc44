namespace LusPipeline.Buckets;

/// <summary>Where workers find users' videos.</summary>
public enum BucketKind
{
    /// <summary>In the S3 bucket that also holds the pipeline's own objects.</summary>
    S3,

    /// <summary>In a DICOM archive.</summary>
    DicomWeb,
}
