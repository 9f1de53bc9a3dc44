using LusPipeline.Buckets;
using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Loops;
using LusPipeline.Dicom.Reports;

namespace LusPipeline.Media.Dicom;

/// <summary>Reads from an original whose it is, for reports.</summary>
public static class LoopOrigins
{
    /// <returns>Null for an original that is no DICOM object.</returns>
    /// <exception cref="RejectedException">The original is gone or malformed, or may not be read.</exception>
    /// <exception cref="TransientException">Reading failed for a reason that may pass.</exception>
    /// <exception cref="BucketUnavailableException">The bucket does not answer.</exception>
    public static async Task<LoopOrigin?> ReadAsync(IVideoBucket bucket, string key, string tag, long size, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bucket);
        if (size == BucketObject.UnknownSize)
            size = long.MaxValue;
        var head = new byte[DicomHeader.HeadBytes];
        var filled = await bucket.ReadAsync(key, tag, 0, head, cancellation).ConfigureAwait(false);
        return DicomHeader.IsDicom(head.AsSpan(0, filled))
            ? await ObjectParts.ReadAsync(size, (offset, buffer, stopping) => bucket.ReadAsync(key, tag, offset, buffer, stopping), LoopOrigin.Read, cancellation).ConfigureAwait(false)
            : null;
    }
}
