using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Loops;

namespace LusPipeline.Media.Dicom;

/// <summary>What a listing needs to know of a DICOM object.</summary>
/// <param name="HasPixels">Whether it is an image. Reports and presentation states are none.</param>
/// <param name="StudyUid">Its Study Instance UID; null if it has none.</param>
/// <param name="InstanceUid">Its SOP Instance UID; null if it has none.</param>
public readonly record struct LoopHeader(bool HasPixels, string? StudyUid, string? InstanceUid)
{
    /// <summary>Reads as much of an object as is needed.</summary>
    /// <param name="size">Size of the object in bytes.</param>
    /// <param name="read">Reads the object at an offset; returns less than asked for only at its end.</param>
    /// <exception cref="RejectedException">The object is malformed, or is no DICOM.</exception>
    public static Task<LoopHeader> ReadAsync(
        long size, Func<long, Memory<byte>, CancellationToken, Task<int>> read, CancellationToken cancellation) => ObjectParts.ReadAsync(
        size, read,
        file =>
        {
            var header = DicomHeader.Read(file);
            return new LoopHeader(header.Image is not null, header.StudyInstanceUid, header.SopInstanceUid);
        },
        cancellation);
}
