using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Dicom;

/// <summary>Reads DICOM objects that lie elsewhere, part by part as they are needed.</summary>
public static class ObjectParts
{
    /// <summary>Most parts that are read: 16 MiB. What is skipped between them does not count.</summary>
    private const int MostParts = 256;

    /// <summary>Reads as much of an object as its reader needs.</summary>
    /// <param name="size">Size of the object in bytes.</param>
    /// <param name="fetch">Fetches bytes from an offset on; returns less than asked for only at the object's end.</param>
    /// <param name="read">Reads the object from its start. It is called again when it needed a part that was not there.</param>
    /// <exception cref="RejectedException">More than 16 MiB are needed, or what <paramref name="read"/> throws.</exception>
    public static async Task<T> ReadAsync<T>(
        long size, Func<long, Memory<byte>, CancellationToken, Task<int>> fetch, Func<Stream, T> read, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        ArgumentNullException.ThrowIfNull(read);
        using var file = new PartialFile(size);
        while (true)
        {
            try
            {
                file.Position = 0;
                return read(file);
            }
            catch (MissingPartException missing) when (file.Parts < MostParts)
            {
                var bytes = new byte[PartialFile.PartBytes];
                var filled = await fetch(missing.Part * PartialFile.PartBytes, bytes, cancellation).ConfigureAwait(false);
                file.Add(missing.Part, bytes.AsMemory(0, filled));
            }
            catch (MissingPartException)
            {
                throw new RejectedException(ReasonCode.Undecodable, "More than 16 MiB stand before the pixels of the DICOM file.");
            }
        }
    }
}
