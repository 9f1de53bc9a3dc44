using System.Text;
using LusPipeline.Media.Ffmpeg;

namespace LusPipeline.UnitTests.Ingest;

public sealed class MediaLogTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_line_without_an_end_does_not_fill_memory()
    {
        var log = new MediaLog("/scratch/a.mp4");
        using var stderr = new StreamReader(new LongLine(200_000_000));
        var before = GC.GetAllocatedBytesForCurrentThread();

        await log.DrainAsync(stderr, Cancellation);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Equal(300, Assert.Single(log.Errors).Length);
    }

    [Fact]
    public async Task The_last_errors_are_kept_without_the_path_of_the_input()
    {
        var log = new MediaLog("/scratch/Smith.mp4");
        var lines = Enumerable.Range(0, 20).Select(number => $"[mov] [error] file:/scratch/Smith.mp4: trouble {number}\u0001").Append("[info] over");
        using var stderr = new StreamReader(new MemoryStream(Encoding.UTF8.GetBytes(string.Join("\r\n", lines))));

        await log.DrainAsync(stderr, Cancellation);

        Assert.Equal(12, log.Errors.Count);
        Assert.Equal("input: trouble 19?", log.LastError);
        Assert.All(log.Errors, error => Assert.DoesNotContain("Smith", error, StringComparison.Ordinal));
    }

    /// <summary>An error as long as it is told, without an end of line. It reads at once, on the reader's thread.</summary>
    private sealed class LongLine(long length) : MemoryStream
    {
        private long _given;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var given = (int)Math.Min(buffer.Length, length - _given);
            buffer.Span[..given].Fill((byte)'x');
            if (_given == 0)
                "[error] "u8.CopyTo(buffer.Span);
            _given += given;
            return ValueTask.FromResult(given);
        }
    }
}
