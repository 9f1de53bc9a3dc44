using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LusPipeline.Core.Outcomes;
using LusPipeline.Media.Processes;

namespace LusPipeline.UnitTests.Processes;

/// <summary>What a program can do that a hostile file has taken over. Each attack succeeds without the sandbox, which shows that the attack is real.</summary>
public sealed class SandboxTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private static readonly SandboxLevel Offered = KernelSandbox.For(SandboxMode.Auto);

    private readonly TemporaryFolder _folder = new();

    public SandboxTests()
    {
        Assert.SkipUnless(Offered == SandboxLevel.Full, "This kernel does not offer the whole sandbox.");
        File.WriteAllText(_folder["video"], "video");
        File.WriteAllText(_folder["secret"], "secret");
    }

    [Fact]
    public async Task Only_the_files_that_it_was_given_can_be_read()
    {
        Assert.Equal("video", await RunAsync($"cat {_folder["video"]}", Reading("video")));
        Assert.Equal("secret", await RunAsync($"cat {_folder["secret"]}", null));
        Assert.Equal("", await RunAsync($"cat {_folder["secret"]}", Reading("video")));
        Assert.Equal("", await RunAsync($"ls {_folder.Path}", Reading("video")));
        Assert.Equal("", await RunAsync("cat /etc/passwd", Reading("video")));
    }

    [Fact]
    public async Task A_link_gives_what_it_leads_to_and_nothing_else()
    {
        File.CreateSymbolicLink(_folder["link"], _folder["video"]);
        File.CreateSymbolicLink(_folder["other"], _folder["secret"]);

        Assert.Equal("video", await RunAsync($"cat {_folder["link"]}", Reading("link")));
        Assert.Equal("", await RunAsync($"cat {_folder["other"]}", Reading("link")));
    }

    [Fact]
    public async Task An_inherited_file_can_be_opened_again_even_if_its_name_is_gone()
    {
        using var video = File.OpenHandle(_folder["video"]);
        File.Delete(_folder["video"]);
        var start = Shell("cat /proc/self/fd/3", new(Offered)) with { Inherited = video };

        Assert.Equal("video", await OutputAsync(start));
        Assert.Equal("video", await OutputAsync(start with { Sandbox = null }));
        Assert.Equal("", await OutputAsync(start with { Inherited = null }));
    }

    [Theory]
    [InlineData("echo x >new")]
    [InlineData("echo x >video")]
    [InlineData("rm video")]
    [InlineData("mv video moved")]
    [InlineData("mkdir new")]
    [InlineData("ln secret new")]
    [InlineData("chmod 0 video")]
    [InlineData("chown 1 video")]
    [InlineData("touch -d 2000-01-01 video")]
    public async Task Nothing_can_be_changed(string attack)
    {
        var script = $"cd {_folder.Path} && {attack} && echo yes";
        var before = (File.GetLastWriteTimeUtc(_folder["video"]), File.GetUnixFileMode(_folder["video"]));

        Assert.Equal("", await RunAsync(script, Reading("video")));
        Assert.Equal(["secret", "video"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("video", await File.ReadAllTextAsync(_folder["video"], Token));
        Assert.Equal(before, (File.GetLastWriteTimeUtc(_folder["video"]), File.GetUnixFileMode(_folder["video"])));
        if (Environment.IsPrivilegedProcess || !attack.StartsWith("chown", StringComparison.Ordinal))
            Assert.Equal("yes", await RunAsync(script, null));
    }

    [Fact]
    public async Task A_folder_for_its_own_files_can_be_written()
    {
        var own = Directory.CreateDirectory(_folder["own"]).FullName;
        var sandbox = new ChildSandbox(Offered) { Writable = [own] };

        Assert.Equal("x", await RunAsync($"mkdir {own}/a && echo x >{own}/a/b && mv {own}/a/b {own}/c && chmod 600 {own}/c && cat {own}/c", sandbox));
        Assert.Equal("", await RunAsync($"echo x >{_folder["new"]} && echo yes", sandbox));
    }

    [Fact]
    public async Task There_is_no_network()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var connect = $"exec 3<>/dev/tcp/127.0.0.1/{((IPEndPoint)server.LocalEndpoint).Port} && echo yes";

        Assert.Equal("yes", await RunAsync(connect, null));
        Assert.Equal("", await RunAsync(connect, Reading("video")));
        Assert.Equal("", await RunAsync(connect, new ChildSandbox(SandboxLevel.Calls)));
        Assert.Equal("", await RunAsync($"exec 3<>/dev/udp/127.0.0.1/9 && echo yes", Reading("video")));
    }

    [Fact]
    public async Task Other_processes_can_be_neither_signalled_nor_looked_into()
    {
        var own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var withProcesses = Reading("video") with { Readable = ["/proc"] };

        Assert.Equal("yes", await RunAsync($"head -c 1 /proc/{own}/environ >/dev/null && kill -0 {own} && echo yes", null));
        Assert.Equal("", await RunAsync($"head -c 1 /proc/{own}/environ >/dev/null && echo yes", withProcesses));
        Assert.Equal("", await RunAsync($"readlink /proc/{own}/fd/0 && echo yes", withProcesses));
        Assert.Equal("", await RunAsync($"setsid true && echo yes", Reading("video")));
        // Landlock keeps signals within the sandbox only from Linux 6.12 on.
        foreach (var sandbox in new[] { Reading("video"), new ChildSandbox(SandboxLevel.Calls) })
            Assert.Equal("", await RunAsync($"kill -0 {own} && echo yes", sandbox));
    }

    [Theory]
    [InlineData("renice -n 1")]
    [InlineData("taskset -p 1")]
    [InlineData("chrt --idle -p 0")]
    [InlineData("ionice -c 3 -p")]
    public async Task Other_processes_cannot_be_slowed_down(string attack)
    {
        // A process without more privileges than the attacker's: a child of its own.
        var script = $"sleep 60 >/dev/null 2>&1 & {attack} $! >/dev/null && echo yes";

        Assert.Equal("", await RunAsync(script, new(SandboxLevel.Calls)));
        Assert.Equal("yes", await RunAsync(script, null));
    }

    [Fact]
    public async Task Of_roots_privileges_only_those_to_files_are_left()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Another user has none.");
        var lines = (await RunAsync("grep ^Cap /proc/self/status", Reading("video") with { Readable = ["/proc"] })).Split('\n');

        foreach (var set in new[] { "CapPrm", "CapEff" })
            Assert.Equal(0, Convert.ToInt64(lines.Single(line => line.StartsWith(set, StringComparison.Ordinal)).Split('\t')[1], 16) & ~6);
        Assert.Equal("0000000000000000", lines.Single(line => line.StartsWith("CapInh", StringComparison.Ordinal)).Split('\t')[1]);
    }

    [Fact]
    public async Task The_limits_of_the_kernel_hold_in_the_sandbox_too()
    {
        var start = Shell("ulimit -c; ulimit -t", Reading("video")) with { MaxProcessorTime = TimeSpan.FromSeconds(7) };

        Assert.StartsWith("0", await OutputAsync(start), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_thread_of_this_process_is_ever_restricted()
    {
        for (var start = 0; start < 100; start++)
            Assert.Equal("video", await RunAsync($"cat {_folder["video"]}", Reading("video")));
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => File.ReadAllTextAsync(_folder["secret"], Token), Token)));

        // A thread that starts a program of another test ends within a moment.
        var limit = TimeProvider.System.GetTimestamp();
        while (Restricted().Any() && TimeProvider.System.GetElapsedTime(limit) < TimeSpan.FromSeconds(30))
            await Task.Delay(10, Token);
        Assert.Empty(Restricted());
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var start = new ChildStart(_folder["none"], []) { Sandbox = Reading("video") };

        await Assert.ThrowsAsync<ChildNotStartedException>(() => OutputAsync(start));
    }

    [Fact]
    public void Where_the_kernel_offers_less_than_is_required_nothing_starts()
    {
        Assert.Equal(SandboxLevel.Full, KernelSandbox.For(SandboxMode.Required, SandboxLevel.Full));
        Assert.Equal(SandboxLevel.Calls, KernelSandbox.For(SandboxMode.Auto, SandboxLevel.Calls));
        Assert.Equal(SandboxLevel.None, KernelSandbox.For(SandboxMode.Off, SandboxLevel.Full));
        foreach (var level in new[] { SandboxLevel.None, SandboxLevel.Calls })
        {
            var refused = Assert.Throws<BrokenEngineException>(() => KernelSandbox.For(SandboxMode.Required, level));
            Assert.Contains("Media:Sandbox", refused.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> Restricted()
    {
        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            string status;
            try
            {
                status = File.ReadAllText(Path.Combine(thread, "status"));
            }
            catch (IOException)
            {
                continue; // The thread has ended.
            }
            if (!status.Contains("\nNoNewPrivs:\t0\n", StringComparison.Ordinal))
                yield return status;
        }
    }

    private ChildSandbox Reading(string name) => new(Offered) { Readable = [_folder[name]] };

    private static ChildStart Shell(string script, ChildSandbox? sandbox) => new("/bin/bash", ["-c", script]) { Sandbox = sandbox };

    private static Task<string> RunAsync(string script, ChildSandbox? sandbox) => OutputAsync(Shell(script, sandbox));

    private static async Task<string> OutputAsync(ChildStart start)
    {
        var (output, error) = (new TextTail(1000), new TextTail(1000));
        await ChildProcess.RunAsync(start, new(error.ReadAsync)
        {
            Output = async (stream, token) =>
            {
                using var reader = new StreamReader(stream);
                await output.ReadAsync(reader, token);
                return true;
            },
        }, Token);
        return output.ToString().TrimEnd();
    }
}
