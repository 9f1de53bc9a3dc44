using System.Collections.Concurrent;
using LusPipeline.Core.Identity;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Registers;

/// <summary>The hashes of files' contents in the ledger. They are all read at the start and written in batches.</summary>
public sealed class ContentHashes
{
    private readonly Func<LedgerContext> _open;
    private readonly ConcurrentDictionary<string, (FileStamp Stamp, string Sha256)> _known;
    private readonly ConcurrentQueue<(FileStamp Stamp, string Sha256)> _new = new();

    private ContentHashes(Func<LedgerContext> open, IEnumerable<ContentHashRow> rows)
    {
        _open = open;
        _known = new(rows.Select(row => KeyValuePair.Create(
            row.PathHash, (new FileStamp(row.PathHash, row.Size, row.ModifiedNanoseconds, row.Inode), row.Sha256))));
        Cache = new(
            (stamp, _) => ValueTask.FromResult(_known.TryGetValue(stamp.PathHash, out var known) && known.Stamp == stamp ? known.Sha256 : null),
            (stamp, sha256, _) =>
            {
                _known[stamp.PathHash] = (stamp, sha256);
                _new.Enqueue((stamp, sha256));
                return ValueTask.CompletedTask;
            });
    }

    /// <summary>Looks hashes up in memory, and remembers new ones until <see cref="SaveAsync"/> writes them.</summary>
    public ContentCache Cache { get; }

    /// <summary>Reads all hashes from the ledger.</summary>
    public static async Task<ContentHashes> LoadAsync(Func<LedgerContext> open, CancellationToken cancellation)
    {
        await using var ledger = open();
        return new(open, await ledger.ContentHashes.AsNoTracking().ToListAsync(cancellation).ConfigureAwait(false));
    }

    /// <summary>Writes the hashes that were added since the last call.</summary>
    public async Task SaveAsync(CancellationToken cancellation)
    {
        if (_new.IsEmpty)
            return;
        await using var ledger = _open();
        await using var transaction = await ledger.Database.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        while (_new.TryDequeue(out var entry))
        {
            var (stamp, sha256) = entry;
            await ledger.Database.ExecuteSqlAsync($"""
                INSERT INTO content_hashes (path_hash, size, modified_nanoseconds, inode, sha256)
                VALUES ({stamp.PathHash}, {stamp.Size}, {stamp.ModifiedNanoseconds}, {stamp.Inode}, {sha256})
                ON CONFLICT (path_hash) DO UPDATE SET size = excluded.size, modified_nanoseconds = excluded.modified_nanoseconds,
                    inode = excluded.inode, sha256 = excluded.sha256
                """, cancellation).ConfigureAwait(false);
        }
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
    }
}
