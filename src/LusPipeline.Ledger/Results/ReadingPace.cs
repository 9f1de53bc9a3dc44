namespace LusPipeline.Ledger.Results;

/// <summary>
/// Says how many studies to read at a time, so that a page is there soon however slowly they come: a few first, then as many as the time that is left allows.
/// </summary>
/// <param name="clock">Measures the time, from now on.</param>
/// <param name="patience">The time after which nothing more is read.</param>
internal sealed class ReadingPace(TimeProvider clock, TimeSpan patience)
{
    /// <summary>The least. They are read however long it takes, so every page comes further than the one before.</summary>
    public const int Fewest = 10;

    public const int Most = 200;

    private readonly long _started = clock.GetTimestamp();
    private long _began;
    private int _portion;

    public bool IsOver => clock.GetElapsedTime(_started) >= patience;

    /// <summary>The number to read next, <see cref="Fewest"/> to <see cref="Most"/>. The time until the next call is that of these.</summary>
    public int Next()
    {
        var now = clock.GetTimestamp();
        if (_portion > 0)
        {
            var (taken, left) = (clock.GetElapsedTime(_began, now), patience - clock.GetElapsedTime(_started, now));
            _portion = taken <= TimeSpan.Zero ? Most : (int)Math.Clamp(_portion * (left / taken), Fewest, Most);
        }
        else
        {
            _portion = Fewest;
        }
        _began = now;
        return _portion;
    }
}
