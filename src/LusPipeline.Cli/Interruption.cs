using System.Runtime.InteropServices;

namespace LusPipeline.Cli;

/// <summary>Handles Ctrl-C and SIGTERM: the first asks for a clean stop, the second ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration[] _signals;

    private readonly bool _quiet;

    /// <param name="quiet">If true, no message is printed, because the stop takes no time.</param>
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
            Console.Error.WriteLine("Stopping as soon as the work in hand is safe. Press Ctrl-C again to stop at once.");
        _stopping.Cancel();
    }
}
