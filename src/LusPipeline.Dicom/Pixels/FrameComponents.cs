using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Pixels;

/// <summary>The components of a frame of JPEG or JPEG-LS. Each is in one scan, so that the time grows with the frame's pixels only.</summary>
/// <param name="names">Their names in the frame header.</param>
internal sealed class FrameComponents(byte[] names)
{
    private readonly bool[] _done = new bool[names.Length];

    /// <summary>Whether each had its scan.</summary>
    public bool AreDone => Array.TrueForAll(_done, done => done);

    /// <summary>Reads which components a scan has. They had their scan then.</summary>
    /// <param name="header">The scan's header: their number, then a name and a byte of tables for each, then three bytes.</param>
    /// <returns>Their places within a pixel.</returns>
    /// <exception cref="RejectedException"><c>undecodable</c>: the header is too short, or names one that is not there or was before.</exception>
    public int[] OfScan(ReadOnlySpan<byte> header)
    {
        if (header.IsEmpty || header[0] is not (> 0 and var count) || header.Length < 4 + (count * 2))
            throw JpegFault.Malformed("a scan's header is too short");
        var chosen = new int[count];
        for (var number = 0; number < count; number++)
        {
            chosen[number] = Array.IndexOf(names, header[1 + (number * 2)]);
            if (chosen[number] < 0 || _done[chosen[number]])
                throw JpegFault.Malformed("a scan has a component that the frame does not have, or had before");
            _done[chosen[number]] = true;
        }
        return chosen;
    }
}
