using System.IO.Pipes;
using LusPipeline.Media.Processes;

namespace LusPipeline.UnitTests.Processes;

public sealed class PipeTests
{
    [Theory]
    [InlineData(1 << 20)]
    // More than the kernel gives to anybody.
    [InlineData(int.MaxValue)]
    public async Task A_pipe_works_whether_the_kernel_gives_it_the_size_or_not(int bytes)
    {
        var pipe = SpawnedChild.Pipe(PipeDirection.Out, bytes);
        await using var _ = pipe.ConfigureAwait(false);
        using var other = new AnonymousPipeClientStream(PipeDirection.In, pipe.ClientSafePipeHandle);

        pipe.Write("frame"u8);

        var read = new byte[5];
        await other.ReadExactlyAsync(read, TestContext.Current.CancellationToken);
        Assert.Equal("frame"u8, read);
    }
}
