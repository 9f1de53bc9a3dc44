using LusPipeline.Models.Inference;

namespace LusPipeline.UnitTests.Inference;

/// <summary>Batches of several clips, on an engine that can be held, watched and broken.</summary>
public sealed class MixingThreadsTests
{
    private const int FrameSize = 4;
    private const int FeatureSize = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_waits_while_the_device_is_busy_shares_the_next_batch()
    {
        using var device = new HeldDevice();
        using var threads = Open(device, capacity: 8);
        var first = new Clip(1, 3);
        threads.Add(first.Work);
        device.AwaitRun(3);
        Clip[] waiting = [new(2, 2), new(3, 2), new(4, 2), new(5, 4)];
        foreach (var clip in waiting)
            threads.Add(clip.Work);
        device.AwaitCopies(5);

        device.Release();
        device.AwaitRun(8);
        device.Release();
        device.AwaitRun(2);
        device.Release();

        foreach (var clip in waiting.Prepend(first))
            await clip.AssertComputed();
    }

    [Fact]
    public async Task A_clip_alone_does_not_wait_for_company()
    {
        using var device = new HeldDevice(held: false);
        using var threads = Open(device, capacity: 64);
        var clip = new Clip(1, 2);

        threads.Add(clip.Work);

        await clip.AssertComputed();
        Assert.Equal([2], device.Runs);
    }

    [Fact]
    public async Task A_clip_longer_than_a_batch_takes_several()
    {
        using var device = new HeldDevice(held: false);
        using var threads = Open(device, capacity: 4);
        var clip = new Clip(1, 11);

        threads.Add(clip.Work);

        await clip.AssertComputed();
        Assert.Equal(11, device.Runs.Sum());
        Assert.All(device.Runs, count => Assert.InRange(count, 1, 4));
    }

    [Fact]
    public async Task The_device_runs_one_batch_at_a_time_while_the_next_is_filled()
    {
        using var device = new HeldDevice();
        using var threads = Open(device, capacity: 2);
        Clip[] clips = [new(1, 2), new(2, 2), new(3, 2)];
        threads.Add(clips[0].Work);
        device.AwaitRun(2);
        threads.Add(clips[1].Work);
        threads.Add(clips[2].Work);

        for (var run = 0; run < clips.Length; run++)
        {
            if (run > 0)
                device.AwaitRun(2);
            Assert.Equal(1, device.RunningNow);
            device.Release();
        }

        foreach (var clip in clips)
            await clip.AssertComputed();
    }

    [Fact]
    public async Task A_clip_cancelled_within_a_batch_takes_no_neighbour_with_it()
    {
        using var device = new HeldDevice();
        using var threads = Open(device, capacity: 6);
        using var source = new CancellationTokenSource();
        Clip busy = new(1, 6), before = new(2, 2), cancelled = new(3, 2, source.Token), after = new(4, 2);
        threads.Add(busy.Work);
        device.AwaitRun(6);
        foreach (var clip in new[] { before, cancelled, after })
            threads.Add(clip.Work);
        device.AwaitCopies(4);

        await source.CancelAsync();
        device.Release(times: 10);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Work.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.All(cancelled.Features, value => Assert.Equal(0, value));
        foreach (var clip in new[] { busy, before, after })
            await clip.AssertComputed();
        Assert.Equal([6, 6], device.Runs);
    }

    [Fact]
    public async Task A_clip_cancelled_while_it_waits_is_not_computed()
    {
        using var device = new HeldDevice();
        using var threads = Open(device, capacity: 2);
        using var source = new CancellationTokenSource();
        Clip busy = new(1, 2), filled = new(2, 2), cancelled = new(3, 2, source.Token), after = new(4, 2);
        threads.Add(busy.Work);
        device.AwaitRun(2);
        threads.Add(filled.Work);
        device.AwaitCopies(2);
        threads.Add(cancelled.Work);
        threads.Add(after.Work);

        await source.CancelAsync();
        device.Release(times: 10);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Work.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken));
        foreach (var clip in new[] { busy, filled, after })
            await clip.AssertComputed();
        Assert.Equal([2, 2, 2], device.Runs);
    }

    [Fact]
    public async Task A_clip_that_makes_the_engine_fail_is_found_and_its_neighbours_are_computed()
    {
        using var device = new HeldDevice { Poison = 13 };
        using var threads = Open(device, capacity: 6);
        Clip busy = new(1, 6), before = new(2, 2), poison = new(13, 2), after = new(4, 2);
        threads.Add(busy.Work);
        device.AwaitRun(6);
        foreach (var clip in new[] { before, poison, after })
            threads.Add(clip.Work);
        device.AwaitCopies(4);

        device.Release(times: 10);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => poison.Work.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Contains("13", failure.Message, StringComparison.Ordinal);
        foreach (var clip in new[] { busy, before, after })
            await clip.AssertComputed();
        Assert.Equal([6, 6, 2, 2, 2], device.Runs);
    }

    [Fact]
    public async Task A_batch_that_is_too_large_for_the_device_is_computed_clip_by_clip()
    {
        using var device = new HeldDevice { MostFrames = 3 };
        using var threads = Open(device, capacity: 6);
        Clip busy = new(1, 3), one = new(2, 3), two = new(3, 3);
        threads.Add(busy.Work);
        device.AwaitRun(3);
        threads.Add(one.Work);
        threads.Add(two.Work);
        device.AwaitCopies(3);

        device.Release(times: 10);

        foreach (var clip in new[] { busy, one, two })
            await clip.AssertComputed();
    }

    [Fact]
    public async Task A_broken_engine_fails_every_clip_with_its_own_reason()
    {
        using var device = new HeldDevice(held: false) { MostFrames = 0 };
        using var threads = Open(device, capacity: 6);
        Clip[] clips = [new(1, 3), new(2, 3), new(3, 9)];

        foreach (var clip in clips)
            threads.Add(clip.Work);

        foreach (var clip in clips)
            await Assert.ThrowsAsync<InvalidOperationException>(() => clip.Work.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Closing_computes_what_was_taken_and_fails_what_waits()
    {
        using var device = new HeldDevice();
        var threads = Open(device, capacity: 2);
        Clip[] taken = [new(1, 2), new(2, 2)];
        Clip waiting = new(3, 2);
        threads.Add(taken[0].Work);
        device.AwaitRun(2);
        threads.Add(taken[1].Work);
        device.AwaitCopies(2);
        threads.Add(waiting.Work);

        var closing = Task.Run(threads.Dispose, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.Work.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken));
        device.Release(times: 10);
        await closing.WaitAsync(Patience, TestContext.Current.CancellationToken);

        foreach (var clip in taken)
            await clip.AssertComputed();
        Assert.Throws<ObjectDisposedException>(() => threads.Add(new Clip(4, 1).Work));
    }

    [Theory]
    [InlineData(1, 1, 7)]
    [InlineData(2, 1, 40)]
    [InlineData(4, 3, 5)]
    public async Task Under_load_every_clip_gets_its_own_features(int buffers, int running, int capacity)
    {
        using var device = new HeldDevice(held: false) { Poison = 200, Slow = true };
        using var threads = Open(device, capacity, buffers, running);
        using var source = new CancellationTokenSource();
        var clips = Enumerable.Range(0, 600)
            .Select(index => new Clip((byte)(index % 201), 1 + (index % 25), index % 7 == 3 ? source.Token : CancellationToken.None)).ToArray();

        await Parallel.ForEachAsync(clips.Index(), TestContext.Current.CancellationToken, async (numbered, _) =>
        {
            threads.Add(numbered.Item.Work);
            if (numbered.Index == 300)
                await source.CancelAsync();
        });

        foreach (var clip in clips)
        {
            var ended = await Record.ExceptionAsync(() => clip.Work.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken));
            if (clip.Seed == 200 && ended is not OperationCanceledException)
                Assert.IsType<InvalidOperationException>(ended);
            else if (ended is null)
                clip.AssertFeatures();
            else
                Assert.True(ended is OperationCanceledException && clip.Cancellation.IsCancellationRequested, $"{ended}");
        }
        Assert.InRange(device.MostRunning, 1, running);
    }

    [Fact]
    public async Task A_batch_allocates_nothing()
    {
        using var device = new HeldDevice(held: false);
        using var buffers = new Buffers(device, 8);
        var batch = new MixedBatch(buffers);
        var clips = Enumerable.Range(0, 100).Select(seed => new Clip((byte)seed, 4)).ToArray();
        Fill(0);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var pair = 1; pair < 50; pair++)
            Fill(pair);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, 0, 49 * 64);
        foreach (var clip in clips)
            await clip.AssertComputed();

        void Fill(int pair)
        {
            batch.Take(clips[2 * pair].Work, 0, 4);
            batch.Take(clips[(2 * pair) + 1].Work, 0, 4);
            batch.Load();
            batch.Run();
            batch.Deliver();
        }
    }

    private static MixingThreads Open(HeldDevice device, int capacity, int buffers = 2, int running = 1) =>
        new([.. Enumerable.Range(0, buffers).Select(_ => new Buffers(device, capacity))], running);

    /// <summary>Frames and features that follow from a seed and the frame's number.</summary>
    private sealed class Clip
    {
        public Clip(byte seed, int count, CancellationToken cancellation = default)
        {
            Seed = seed;
            Cancellation = cancellation;
            Features = new float[count * FeatureSize];
            var frames = new byte[count * FrameSize];
            for (var frame = 0; frame < count; frame++)
                (frames[frame * FrameSize], frames[(frame * FrameSize) + 1]) = (seed, (byte)frame);
            Work = new ClipInWork(frames, count, Features, cancellation);
        }

        public byte Seed { get; }
        public CancellationToken Cancellation { get; }
        public float[] Features { get; }
        public ClipInWork Work { get; }

        public async Task AssertComputed()
        {
            await Work.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken);
            AssertFeatures();
        }

        public void AssertFeatures()
        {
            for (var index = 0; index < Features.Length; index++)
                Assert.Equal((Seed * 1000) + (index / FeatureSize * 10) + (index % FeatureSize), Features[index]);
        }
    }

    /// <summary>Runs when it is released, and remembers.</summary>
    private sealed class HeldDevice(bool held = true) : IDisposable
    {
        private readonly SemaphoreSlim _permits = new(0);
        private readonly object _gate = new();
        private readonly List<int> _runs = new(1024);
        private int _running;
        private int _seen;

        public int? Poison { get; init; }
        public int MostFrames { get; init; } = int.MaxValue;
        public bool Slow { get; init; }
        public int MostRunning { get; private set; }
        public int Copies { get; private set; }

        public int RunningNow
        {
            get
            {
                lock (_gate)
                    return _running;
            }
        }

        public IReadOnlyList<int> Runs
        {
            get
            {
                lock (_gate)
                    return [.. _runs];
            }
        }

        public void Run(Buffers buffers, int count)
        {
            lock (_gate)
            {
                _runs.Add(count);
                MostRunning = Math.Max(MostRunning, ++_running);
                Monitor.PulseAll(_gate);
            }
            try
            {
                if (held)
                    Assert.True(_permits.Wait(Patience));
                if (Slow)
                    Thread.Yield();
                if (count > MostFrames)
                    throw new InvalidOperationException($"{count} frames are too many.");
                for (var frame = 0; frame < count; frame++)
                {
                    var (seed, number) = (buffers.Frames[frame * FrameSize], buffers.Frames[(frame * FrameSize) + 1]);
                    if (seed == Poison)
                        throw new InvalidOperationException($"Frame of {seed}.");
                    for (var feature = 0; feature < FeatureSize; feature++)
                        buffers.Written[(frame * FeatureSize) + feature] = (seed * 1000) + (number * 10) + feature;
                }
            }
            finally
            {
                lock (_gate)
                    _running--;
            }
        }

        public void Release(int times = 1) => _permits.Release(times);

        public void OnCopy()
        {
            lock (_gate)
            {
                Copies++;
                Monitor.PulseAll(_gate);
            }
        }

        /// <summary>Waits for the next run, which must be of so many frames.</summary>
        public void AwaitRun(int count) => Assert.Equal(count, AwaitRunOfAny());

        public int AwaitRunOfAny()
        {
            lock (_gate)
            {
                while (_runs.Count <= _seen)
                    Assert.True(Monitor.Wait(_gate, Patience), "no run came");
                return _runs[_seen++];
            }
        }

        /// <summary>Waits until so many parts of clips were copied.</summary>
        public void AwaitCopies(int count)
        {
            lock (_gate)
            {
                while (Copies < count)
                    Assert.True(Monitor.Wait(_gate, Patience), "no batch was filled");
            }
        }

        public void Dispose() => _permits.Dispose();
    }

    private sealed class Buffers(HeldDevice device, int capacity) : IBatchBuffers
    {
        private readonly byte[] _frames = new byte[capacity * FrameSize];
        private bool _known;

        public float[] Written { get; } = new float[capacity * FeatureSize];
        public int Capacity => capacity;
        public bool Running { get; private set; }

        public Span<byte> Frames
        {
            get
            {
                // The first look is for the size, and the device looks while it runs; all others are copies.
                if (_known && !Running)
                    device.OnCopy();
                _known = true;
                return _frames;
            }
        }

        public ReadOnlySpan<float> Features => Written;

        public void Run(int count)
        {
            Running = true;
            try
            {
                device.Run(this, count);
            }
            finally
            {
                Running = false;
            }
        }

        public void Dispose() => Assert.False(Running);
    }
}
