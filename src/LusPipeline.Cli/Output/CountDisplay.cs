using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Shows progress towards a known total on stderr: a live line on a terminal, or else a plain line every few seconds.</summary>
/// <param name="describe">Returns the text for the count that is done and the total, for example <c>3/92 videos</c>.</param>
internal sealed class CountDisplay(Func<long, long, string> describe, IAnsiConsole console, TimeProvider clock)
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly bool _live = console.Profile.Capabilities.Interactive;
    private long? _last;

    public void Show(long done, long all)
    {
        if (_last is null && !_live)
            _last = clock.GetTimestamp();
        if (done < all && _last is { } last && clock.GetElapsedTime(last) < (_live ? LiveInterval : PlainInterval))
            return;
        _last = clock.GetTimestamp();
        if (_live)
            console.Profile.Out.Writer.Write($"\r\u001b[2K{describe(done, all)}{(done == all ? "\n" : "")}");
        else if (done < all)
            console.Profile.Out.Writer.WriteLine(describe(done, all));
    }
}
