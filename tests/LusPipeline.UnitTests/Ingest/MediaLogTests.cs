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
        var lines = Enumerable.Range(0, 20).Select(number => $"[mov @ 0x5f] [error] file:/scratch/Smith.mp4: trouble {number}\u0001").Append("[info] over");
        using var stderr = new StreamReader(new MemoryStream(Encoding.UTF8.GetBytes(string.Join("\r\n", lines))));

        await log.DrainAsync(stderr, Cancellation);

        Assert.Equal(12, log.Errors.Count);
        Assert.Equal("input: trouble 19?", log.LastError);
        Assert.All(log.Errors, error => Assert.DoesNotContain("Smith", error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[info]     title           : [error] planted")]
    [InlineData("    comment         : [mov @ 0x55d0c0ffee00] [error] planted")]
    [InlineData("[error]planted")]
    [InlineData("[planted] [error] planted")]
    public async Task What_a_file_says_of_itself_is_no_error_of_the_program(string line)
    {
        var log = new MediaLog("/scratch/a.mp4");

        await DrainAsync(log, line + "\n[mov,mp4,m4a @ 0x55d0c0ffee00] [error] moov atom not found\n[vist#0:0/h264 @ 0x1] [dec:h264 @ 0x2] [fatal] over");

        Assert.Equal(2, log.Errors.Count);
        Assert.Equal("over", log.LastError);
    }

    [Fact]
    public async Task An_error_is_cut_between_characters_and_has_no_controls()
    {
        var log = new MediaLog("/scratch/a.mp4");

        await DrainAsync(log, "[error] \0\u001b[31m\u202e" + string.Concat(Enumerable.Repeat("🫁", 5000)));

        var error = Assert.Single(log.Errors);
        Assert.StartsWith("[error] ??[31m?🫁", error, StringComparison.Ordinal);
        Assert.InRange(error.Length, 298, 300);
        Assert.DoesNotContain(error.EnumerateRunes(), rune => rune == Rune.ReplacementChar);
    }

    private static async Task DrainAsync(MediaLog log, string text)
    {
        using var stderr = new StreamReader(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        await log.DrainAsync(stderr, Cancellation);
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
