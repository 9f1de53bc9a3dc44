using System.Runtime.InteropServices;

namespace LusPipeline.Cli;

/// <summary>The first Ctrl-C or SIGTERM asks for a clean stop, the second ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration[] _signals;

    private readonly bool _quiet;

    /// <param name="quiet">Says nothing: the stop takes no time.</param>
    public Interruption(bool quiet = false)
    {
        _quiet = quiet;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        ];
    }

    public CancellationToken Token => _stopping.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _stopping.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_stopping.IsCancellationRequested)
            Environment.Exit(ExitCode.Interrupted);
        if (!_quiet)
            Console.Error.WriteLine("Stopping at the next safe moment; once more to stop at once.");
        _stopping.Cancel();
    }
}
