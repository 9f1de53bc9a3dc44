using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Storage;

/// <summary>
/// Searches in a database, in the tables that Optuna 5 has (schema 12, migration v3.2.0.a), so that Optuna and its dashboard show them and go on with them.
/// What Optuna calls a study is a search here, because a study is an examination in the rest of the program. Every call is one transaction, and calls may
/// come from several threads and processes.
/// </summary>
public sealed class SearchStorage : IDisposable
{
    /// <summary>How often a trial whose process was lost is tried again.</summary>
    private const int MostRetries = 10;

    private readonly SearchDatabase _database;
    private readonly TimeProvider _clock;

    private SearchStorage(SearchDatabase database, TimeProvider clock) => (_database, _clock) = (database, clock);

    /// <summary>The place for messages, without a password.</summary>
    public string Place => _database.Place;

    /// <summary>Opens a storage, and makes its tables if the database is empty.</summary>
    /// <param name="url">An address as Optuna has it: <c>sqlite:///FILE</c> or <c>postgresql://USER@HOST:PORT/DATABASE</c>.</param>
    /// <param name="clock">Gives the local times of trials.</param>
    /// <exception cref="SearchException">The address is wrong, the database cannot be reached, or it has other tables.</exception>
    public static SearchStorage Open(string url, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(url);
        var storage = new SearchStorage(SearchDatabase.Of(url), clock);
        try
        {
            storage.Do(run =>
            {
                storage.LockCreation(run);
                SearchSchema.Require(storage._database, run);
                return 0;
            });
            return storage;
        }
        catch
        {
            storage.Dispose();
            throw;
        }
    }

    /// <summary>The id of a search; it is made if it is not there.</summary>
    /// <param name="name">Its name, 1 to 512 characters.</param>
    /// <param name="direction">Which values are good.</param>
    /// <param name="metric">What the values are, for the dashboard.</param>
    /// <exception cref="SearchException">The search looks in the other direction, or for several values at a time.</exception>
    public long OpenSearch(string name, SearchDirection direction, string metric)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > 512)
            throw new SearchException("--study needs a name of 1 to 512 characters.");
        return Do(run =>
        {
            LockCreation(run);
            if (run.Number("SELECT study_id FROM studies WHERE study_name = @name", ("@name", name)) is { } known)
            {
                var found = run.Rows("SELECT CAST(direction AS VARCHAR(8)) FROM study_directions WHERE study_id = @study ORDER BY objective", row => row.GetString(0), ("@study", known));
                if (found is not [var only])
                    throw new SearchException($"The study '{name}' in {Place} has {found.Count} objectives, and this knows one. Give another name with --study.");
                if (!string.Equals(only, Word(direction), StringComparison.Ordinal))
                    throw new SearchException($"The study '{name}' in {Place} looks for {only}, and this objective for {Word(direction)}. Give another --objective, or another name with --study.");
                return known;
            }
            var id = run.Number("INSERT INTO studies (study_name) VALUES (@name) RETURNING study_id", ("@name", name))!.Value;
            run.Execute(
                $"INSERT INTO study_directions (direction, study_id, objective) VALUES ({_database.Enumeration("@direction", "studydirection")}, @study, 0)",
                ("@direction", Word(direction)), ("@study", id));
            run.Execute(
                "INSERT INTO study_system_attributes (study_id, key, value_json) VALUES (@study, 'study:metric_names', @value)",
                ("@study", id), ("@value", $"[{Quoted(metric)}]"));
            return id;
        });
    }

    /// <summary>The names of all searches.</summary>
    public IReadOnlyList<string> Names() => Do(run => run.Rows("SELECT study_name FROM studies ORDER BY study_id", row => row.GetString(0)));

    /// <summary>The user attributes of a search, as JSON.</summary>
    public IReadOnlyDictionary<string, string> Attributes(long search) => Do(run => run.Rows(
        "SELECT key, value_json FROM study_user_attributes WHERE study_id = @study", row => (row.GetString(0), row.GetString(1)), ("@study", search))
        .ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal));

    /// <summary>Sets a user attribute of a search, unless it has one of that name.</summary>
    /// <param name="json">The value as JSON.</param>
    public void AddAttribute(long search, string name, string json) => Do(run => run.Execute(
        "INSERT INTO study_user_attributes (study_id, key, value_json) VALUES (@study, @key, @value) ON CONFLICT (study_id, key) DO NOTHING",
        ("@study", search), ("@key", name), ("@value", json)));

    /// <summary>All trials of a search, by number.</summary>
    public IReadOnlyList<Trial> Trials(long search) => Do(run => TrialRows.Read(run, search));

    /// <summary>One trial.</summary>
    public Trial Trial(long trial) => Do(run => TrialRows.ReadOne(run, trial));

    /// <summary>
    /// Begins a trial: one that waits, or else a new one. It has its heartbeat at once. Nobody else gets the same one.
    /// </summary>
    /// <param name="search">The search.</param>
    /// <param name="most">How many trials the search is to have with a result. Those that run count, too, as long as their heart beats.</param>
    /// <param name="process">Which process runs it, as <see cref="ProcessMark"/> says.</param>
    /// <param name="grace">After how many seconds without a heartbeat a trial counts as lost.</param>
    /// <returns>Null if there are enough trials.</returns>
    public Trial? Begin(long search, int most, string process, int grace) => Do(run =>
    {
        if (run.Number($"SELECT study_id FROM studies WHERE study_id = @study{_database.RowLock}", ("@study", search)) is null)
            throw new SearchException($"The study is no longer in {Place}: somebody has deleted it.");
        var enough = run.Number(
            $"""
            SELECT COUNT(*) FROM trials t LEFT JOIN trial_heartbeats b ON b.trial_id = t.trial_id
            WHERE t.study_id = @study AND (t.state IN ('COMPLETE', 'PRUNED') OR (t.state = 'RUNNING' AND b.heartbeat IS NOT NULL AND NOT ({_database.IsStale})))
            """,
            ("@study", search), ("@grace", grace));
        if (enough >= most)
            return null;
        var now = _database.Time(_clock.GetLocalNow().DateTime);
        var waiting = run.Number("SELECT MIN(trial_id) FROM trials WHERE study_id = @study AND state = 'WAITING'", ("@study", search));
        if (waiting is { } id)
            run.Execute("UPDATE trials SET state = 'RUNNING', datetime_start = @now WHERE trial_id = @trial", ("@now", now), ("@trial", id));
        else
            id = Insert(run, search, TrialState.Running, now);
        run.Execute(HeartbeatStatement, ("@trial", id));
        SetAttribute(run, "trial_system_attributes", id, ProcessMark.Attribute, Quoted(process));
        return TrialRows.ReadOne(run, id);
    });

    /// <summary>Stores the parameters that were chosen for a trial. Those that it has stay.</summary>
    /// <exception cref="SearchException">The search has a parameter of that name with other values.</exception>
    public void SetParameters(long trial, IReadOnlyDictionary<string, Parameter> parameters) => Do(run =>
    {
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (var (name, parameter) in parameters)
            SetParameter(run, trial, name, parameter);
        return 0;
    });

    /// <summary>Stores what a trial reports at a step; a report of the same step is replaced.</summary>
    public void Report(long trial, int step, double value) => Do(run =>
    {
        var (stored, type) = TrialRows.Stored(value);
        return run.Execute(
            $"""
            INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
            VALUES (@trial, @step, @value, {_database.Enumeration("@type", "trialintermediatevaluetype")})
            ON CONFLICT (trial_id, step) DO UPDATE SET intermediate_value = excluded.intermediate_value, intermediate_value_type = excluded.intermediate_value_type
            """,
            ("@trial", trial), ("@step", step), ("@value", stored), ("@type", type));
    });

    /// <summary>Sets a trial's user attribute.</summary>
    /// <param name="json">The value as JSON.</param>
    public void SetUserAttribute(long trial, string name, string json) => Do(run => SetAttribute(run, "trial_user_attributes", trial, name, json));

    /// <summary>Sets a trial's system attribute.</summary>
    /// <param name="json">The value as JSON.</param>
    public void SetSystemAttribute(long trial, string name, string json) => Do(run => SetAttribute(run, "trial_system_attributes", trial, name, json));

    /// <summary>Says that the trial's process is alive.</summary>
    public void Beat(long trial) => Do(run => run.Execute(HeartbeatStatement, ("@trial", trial)));

    /// <summary>Ends a running trial.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="state">What became of it.</param>
    /// <param name="value">The objective's value, not NaN; null for none.</param>
    /// <returns>False if it did not run any more: somebody took its process for dead.</returns>
    public bool Finish(long trial, TrialState state, double? value) => Do(run =>
    {
        if (!End(run, trial, state))
            return false;
        if (value is { } result)
        {
            var (stored, type) = TrialRows.Stored(result);
            run.Execute(
                $"INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (@trial, 0, @value, {_database.Enumeration("@type", "trialvaluetype")})",
                ("@trial", trial), ("@value", stored), ("@type", type));
        }
        return true;
    });

    /// <summary>Ends a trial that was stopped midway, and queues another with its parameters.</summary>
    public void GiveBack(long search, Trial trial) => Do(run =>
    {
        ArgumentNullException.ThrowIfNull(trial);
        run.Number($"SELECT study_id FROM studies WHERE study_id = @study{_database.RowLock}", ("@study", search));
        return FailAndQueue(run, search, TrialRows.ReadOne(run, trial.Id));
    });

    /// <summary>Fails trials whose processes are lost, and queues their parameters again, as Optuna's RetryHeartbeatStaleTrialCallback does.</summary>
    /// <param name="search">The search.</param>
    /// <param name="grace">After how many seconds without a heartbeat a trial counts as lost.</param>
    /// <param name="isGone">Whether the process of a mark is known to be gone, whatever the last heartbeat says.</param>
    /// <returns>The numbers of the lost trials.</returns>
    public IReadOnlyList<int> FailLost(long search, int grace, Func<string, bool> isGone) => Do(run =>
    {
        ArgumentNullException.ThrowIfNull(isGone);
        run.Number($"SELECT study_id FROM studies WHERE study_id = @study{_database.RowLock}", ("@study", search));
        var running = run.Rows(
            $"""
            SELECT t.trial_id, {_database.IsStale}, a.value_json FROM trials t JOIN trial_heartbeats b ON b.trial_id = t.trial_id
            LEFT JOIN trial_system_attributes a ON a.trial_id = t.trial_id AND a.key = @key
            WHERE t.study_id = @study AND t.state = 'RUNNING' ORDER BY t.trial_id
            """,
            row => (Id: row.GetInt64(0), IsStale: Convert.ToBoolean(row.GetValue(1), CultureInfo.InvariantCulture), Process: row.IsDBNull(2) ? null : row.GetString(2)),
            ("@study", search), ("@grace", grace), ("@key", ProcessMark.Attribute));
        var lost = new List<int>();
        foreach (var (id, isStale, process) in running)
        {
            if (!isStale && (process is null || !isGone(JsonDocument.Parse(process).RootElement.GetString() ?? "")))
                continue;
            var trial = TrialRows.ReadOne(run, id);
            if (FailAndQueue(run, search, trial))
                lost.Add(trial.Number);
        }
        return lost;
    });

    public void Dispose() => _database.Dispose();

    private const string HeartbeatStatement =
        "INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (@trial, CURRENT_TIMESTAMP) ON CONFLICT (trial_id) DO UPDATE SET heartbeat = CURRENT_TIMESTAMP";

    private void LockCreation(SearchStatements run)
    {
        if (_database.CreationLock is { } statement)
            run.Execute(statement);
    }

    private bool FailAndQueue(SearchStatements run, long search, Trial trial)
    {
        if (!End(run, trial.Id, TrialState.Fail))
            return false;
        int[] history = [.. trial.RetryHistory, trial.Number];
        if (trial.Parameters.Count == 0 || history.Length > MostRetries)
            return true;
        var again = Insert(run, search, TrialState.Waiting, started: null);
        foreach (var (name, parameter) in trial.Parameters)
            SetParameter(run, again, name, parameter);
        foreach (var (name, json) in trial.UserAttributes)
            SetAttribute(run, "trial_user_attributes", again, name, json);
        foreach (var (name, json) in trial.SystemAttributes.Where(pair => pair.Key is not (TrialRows.RetryHistory or ProcessMark.Attribute) && !pair.Key.StartsWith("completed_rung_", StringComparison.Ordinal)))
            SetAttribute(run, "trial_system_attributes", again, name, json);
        SetAttribute(run, "trial_system_attributes", again, "failed_trial", history[0].ToString(CultureInfo.InvariantCulture));
        SetAttribute(run, "trial_system_attributes", again, TrialRows.RetryHistory, $"[{string.Join(", ", history)}]");
        return true;
    }

    /// <summary>Adds a trial. Its number is the count of those before it: the caller holds the search's lock.</summary>
    private long Insert(SearchStatements run, long search, TrialState state, object? started) => run.Number(
        $"""
        INSERT INTO trials (number, study_id, state, datetime_start)
        VALUES ((SELECT COUNT(*) FROM trials WHERE study_id = @study), @study, {_database.Enumeration("@state", "trialstate")}, {(started is null ? "NULL" : "@now")})
        RETURNING trial_id
        """,
        started is null ? [("@study", search), ("@state", Word(state))] : [("@study", search), ("@state", Word(state)), ("@now", started)])!.Value;

    private bool End(SearchStatements run, long trial, TrialState state) => run.Execute(
        $"UPDATE trials SET state = {_database.Enumeration("@state", "trialstate")}, datetime_complete = @now WHERE trial_id = @trial AND state = 'RUNNING'",
        ("@state", Word(state)), ("@now", _database.Time(_clock.GetLocalNow().DateTime)), ("@trial", trial)) == 1;

    private void SetParameter(SearchStatements run, long trial, string name, Parameter parameter)
    {
        var earlier = run.Rows(
            """
            SELECT p.distribution_json FROM trial_params p JOIN trials t ON t.trial_id = p.trial_id
            WHERE p.param_name = @name AND t.study_id = (SELECT study_id FROM trials WHERE trial_id = @trial) ORDER BY p.param_id LIMIT 1
            """,
            row => row.GetString(0), ("@name", name), ("@trial", trial));
        if (earlier is [var json] && !parameter.Distribution.IsCompatible(Distribution.Parse(json)))
        {
            throw new SearchException(
                $"The study in {Place} has the parameter '{name}' with other values ({json}), and now they are {parameter.Distribution.ToJson()}. "
                + "Give the same choices with --space, or another name with --study.");
        }
        run.Execute(
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (@trial, @name, @value, @json) ON CONFLICT (trial_id, param_name) DO NOTHING",
            ("@trial", trial), ("@name", name), ("@value", parameter.Value), ("@json", parameter.Distribution.ToJson()));
    }

    private static int SetAttribute(SearchStatements run, string table, long trial, string name, string json) => run.Execute(
        $"INSERT INTO {table} (trial_id, key, value_json) VALUES (@trial, @key, @value) ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json",
        ("@trial", trial), ("@key", name), ("@value", json));

    private static string Word(TrialState state) => state.ToString().ToUpperInvariant();

    private static string Word(SearchDirection direction) => direction.ToString().ToUpperInvariant();

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private T Do<T>(Func<SearchStatements, T> work)
    {
        try
        {
            using var connection = _database.Connect();
            // SQLite takes the lock of the file at once, so a transaction that reads first never finds it taken when it writes.
            using var transaction = connection.BeginTransaction();
            var result = work(new(connection, transaction));
            transaction.Commit();
            return result;
        }
        catch (DbException fault)
        {
            throw new SearchException($"The storage of the search fails: {_database.Place}. {_database.Explain(fault)}", fault);
        }
    }
}
