using System.Runtime.InteropServices;
using LusPipeline.Media.Processes;

namespace LusPipeline.UnitTests.Processes;

public sealed partial class ChildProcessTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly TextTail _error = new(100);
    private readonly TextTail _output = new(100);

    [Fact]
    public async Task The_child_gets_its_arguments_as_they_are_and_its_pipes_are_read()
    {
        var exit = await RunAsync(Shell("printf '%s' \"$1\"; printf said >&2; exit 7", "a b'\"$(c)"), Token);

        Assert.Equal(new(7), exit);
        Assert.Equal("a b'\"$(c)", _output.ToString());
        Assert.Equal("said", _error.ToString());
    }

    [Fact]
    public async Task What_is_written_to_it_arrives_and_ends()
    {
        var pipes = Pipes() with { Input = async (stream, token) => await stream.WriteAsync(new byte[100_000], token) };

        Assert.Equal(0, (await ChildProcess.RunAsync(Shell("wc -c"), pipes, Token)).Code);
        Assert.Equal("100000", _output.ToString().Trim());
    }

    [Fact]
    public async Task A_child_that_does_not_read_what_is_written_says_why_itself()
    {
        var pipes = Pipes() with { Input = async (stream, token) => await stream.WriteAsync(new byte[10_000_000], token) };

        Assert.Equal(3, (await ChildProcess.RunAsync(Shell("exec 0<&-; echo no >&2; exit 3"), pipes, Token)).Code);
        Assert.Equal("no", _error.ToString().Trim());
    }

    [Fact]
    public async Task Of_endless_text_the_end_is_kept()
    {
        Assert.Equal(0, (await RunAsync(Shell("head -c 1000000 /dev/zero | tr '\\0' x >&2; printf end >&2"), Token)).Code);
        Assert.Equal(100, _error.ToString().Length);
        Assert.EndsWith("xend", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_has_enough_ends_the_child()
    {
        var pipes = Pipes() with { Output = async (stream, token) => await stream.ReadAsync(new byte[1], token) < 0 };

        Assert.Equal(new(null), await ChildProcess.RunAsync(Shell("while :; do echo x; done"), pipes, Token));
    }

    [Fact]
    public async Task A_cancelled_run_ends_the_child_and_its_children()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var pids = new TaskCompletionSource<int[]>();
        var pipes = Pipes() with
        {
            Output = async (stream, token) =>
            {
                using var reader = new StreamReader(stream);
                pids.SetResult([.. (await reader.ReadLineAsync(token))!.Split(' ').Select(int.Parse)]);
                return await reader.ReadLineAsync(token) is null;
            },
        };
        var run = ChildProcess.RunAsync(Shell("sleep 1000 & echo $$ $!; wait"), pipes, cancel.Token);
        var started = await pids.Task.WaitAsync(Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        // A killed process that is no child of this one ends a moment later.
        var limit = TimeProvider.System.GetTimestamp();
        while (started.Any(IsAlive) && TimeProvider.System.GetElapsedTime(limit) < TimeSpan.FromSeconds(30))
            await Task.Delay(10, Token);
        Assert.DoesNotContain(started, IsAlive);
    }

    [Fact]
    public async Task What_a_child_leaves_behind_ends_with_it()
    {
        Assert.Equal(0, (await RunAsync(Shell("sleep 1000 >/dev/null 2>&1 & echo $!"), Token)).Code);

        var left = int.Parse(_output.ToString());
        var limit = TimeProvider.System.GetTimestamp();
        while (IsAlive(left) && TimeProvider.System.GetElapsedTime(limit) < TimeSpan.FromSeconds(30))
            await Task.Delay(10, Token);
        Assert.False(IsAlive(left));
    }

    [Fact]
    public async Task Too_long_a_run_ends()
    {
        var start = Shell("sleep 1000") with { MaxTime = TimeSpan.FromMilliseconds(200) };

        Assert.Equal(new(null, ChildLimit.Time), await RunAsync(start, Token));
    }

    [Fact]
    public async Task Too_much_memory_ends_the_child()
    {
        // The shell holds what it reads.
        var start = Shell("x=$(head -c 200000000 /dev/zero | tr '\\0' x); sleep 1000") with { MaxResidentBytes = 100_000_000 };

        Assert.Equal(new(null, ChildLimit.Memory), await RunAsync(start, Token));
    }

    [Fact]
    public async Task The_child_sees_no_variable_of_this_process_that_might_be_a_secret()
    {
        Environment.SetEnvironmentVariable("LUS_TEST_SECRET", "secret");
        try
        {
            var start = Shell("env") with { Environment = new Dictionary<string, string> { ["LUS_TEST"] = "on" } };
            var output = new TextTail(10_000);
            var pipes = new ChildPipes(_error.ReadAsync)
            {
                Output = async (stream, token) =>
                {
                    using var reader = new StreamReader(stream);
                    await output.ReadAsync(reader, token);
                    return true;
                },
            };

            Assert.Equal(0, (await ChildProcess.RunAsync(start, pipes, Token)).Code);
            string[] own = ["PWD", "OLDPWD", "SHLVL", "_"];
            var names = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')[0]).Except(own).ToList();
            Assert.Contains("LUS_TEST", names);
            Assert.Contains("PATH", names);
            Assert.Empty(names.Except(["LUS_TEST", "PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "TMPDIR"]));
        }
        finally
        {
            Environment.SetEnvironmentVariable("LUS_TEST_SECRET", null);
        }
    }

    [Fact]
    public async Task The_child_has_no_open_file_of_this_process()
    {
        // As a shell opens a file for the program that it starts: not closed when another starts.
        var inherited = Duplicate(1);
        try
        {
            Assert.Equal(0, (await RunAsync(Shell("for fd in /proc/self/fd/*; do printf '%s ' ${fd##*/}; done"), Token)).Code);
            // The shell itself opens 3 or 10 while it lists them.
            Assert.Empty(_output.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Except(["0", "1", "2", "3", "10"]));
        }
        finally
        {
            _ = Close(inherited);
        }
    }

    [Fact]
    public async Task The_kernel_keeps_the_limits_that_the_child_starts_with()
    {
        var start = Shell("read start; ulimit -c; ulimit -t; ulimit -f; ulimit -v") with
        {
            MaxProcessorTime = TimeSpan.FromSeconds(7.5),
            MaxAddressSpace = 1 << 30,
            MaxFileBytes = 1 << 20,
        };
        var pipes = Pipes() with { Input = async (stream, token) => await stream.WriteAsync("start\n"u8.ToArray(), token) };

        Assert.Equal(0, (await ChildProcess.RunAsync(start, pipes, Token)).Code);
        // The shell counts files in blocks of 512 bytes and memory in KiB.
        Assert.Equal(["0", "8", "2048", "1048576"], _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_child_that_uses_up_its_processor_time_is_ended_by_the_kernel()
    {
        const int ProcessorTimeSignal = 24;
        var start = Shell("while :; do :; done") with { MaxProcessorTime = TimeSpan.FromSeconds(1) };

        Assert.InRange((await RunAsync(start, Token)).Code ?? 0, 128 + 9, 128 + ProcessorTimeSignal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var error = await Assert.ThrowsAsync<ChildNotStartedException>(() => RunAsync(new("/no/such/program", []), Token));

        Assert.Contains("/no/such/program", error.Message, StringComparison.Ordinal);
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    private static bool IsAlive(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1][0] != 'Z';
        }
        catch (IOException)
        {
            // The process has ended: the file is not there, or went while it was read.
            return false;
        }
    }

    private static ChildStart Shell(string script, string argument = "") => new("/bin/sh", ["-c", script, "sh", argument]);

    private Task<ChildExit> RunAsync(ChildStart start, CancellationToken cancellation) => ChildProcess.RunAsync(start, Pipes(), cancellation);

    private ChildPipes Pipes() => new(_error.ReadAsync)
    {
        Output = async (stream, token) =>
        {
            using var reader = new StreamReader(stream);
            await _output.ReadAsync(reader, token);
            return true;
        },
    };
}
