using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace LusPipeline.Benchmarks.Viewers;

/// <summary>One <c>lus serve</c> over the ledger of workers, as a user starts it.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private ServeProcess(Process process, Uri address)
    {
        (_process, Address) = (process, address);
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        _errors = process.StandardError.ReadToEndAsync();
    }

    public Uri Address { get; }

    /// <summary>What a viewer gives as bearer token.</summary>
    public static string Token { get; } = Guid.NewGuid().ToString("n");

    /// <summary>CPU time so far.</summary>
    public TimeSpan Time => ProcessTimes.Of(_process.Id).Own;

    /// <summary>The most memory so far, bytes.</summary>
    public long PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <param name="names">Whether it shows names, which the connection's user may then read.</param>
    public static async Task<ServeProcess> StartAsync(string lus, string connection, bool names = false)
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Tests.FreePort.Find()}"));
        var start = new ProcessStartInfo(lus, ["serve"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["LUS__Database__ConnectionString"] = connection;
        start.Environment["LUS__Web__Url"] = address.ToString();
        start.Environment["LUS__Web__Token"] = Token;
        start.Environment["LUS__Web__Names"] = names ? "true" : "false";
        var served = new ServeProcess(Process.Start(start)!, address);
        await served.UntilItAnswersAsync();
        return served;
    }

    /// <summary>A client that has the token and follows no link.</summary>
    public HttpClient Client() => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.All })
    {
        BaseAddress = Address,
        Timeout = TimeSpan.FromSeconds(30),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Token) },
    };

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        Console.Error.Write(await _errors);
        _process.Dispose();
    }

    private async Task UntilItAnswersAsync()
    {
        using var client = new HttpClient();
        for (var began = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(Address, "/health/live"));
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (!_process.HasExited && began.Elapsed < Patience)
            {
            }
            if (_process.HasExited)
                throw new InvalidOperationException($"lus serve ended with {_process.ExitCode}: {await _errors}");
        }
    }
}
