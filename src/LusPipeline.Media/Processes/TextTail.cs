namespace LusPipeline.Media.Processes;

/// <summary>Keeps the last characters of a text of any length.</summary>
/// <param name="most">Number of characters that are kept.</param>
public sealed class TextTail(int most)
{
    private const int ChunkSize = 1024;

    private readonly char[] _tail = new char[Math.Max(most, ChunkSize)];
    private int _kept;

    /// <summary>Reads a text to its end.</summary>
    public async Task ReadAsync(TextReader reader, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var chunk = new char[ChunkSize];
        int read;
        while ((read = await reader.ReadAsync(chunk, cancellation).ConfigureAwait(false)) > 0)
        {
            var old = Math.Min(_kept, _tail.Length - read);
            Array.Copy(_tail, _kept - old, _tail, 0, old);
            Array.Copy(chunk, 0, _tail, old, read);
            _kept = old + read;
        }
    }

    public override string ToString() => new(_tail, Math.Max(0, _kept - most), Math.Min(_kept, most));
}
