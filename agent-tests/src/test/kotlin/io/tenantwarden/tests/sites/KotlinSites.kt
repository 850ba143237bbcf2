package io.tenantwarden.tests.sites

import java.util.concurrent.Executors
import javax.sql.DataSource
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield

/** What the scenario calls. */
fun everything(source: DataSource) {
    val queries = KotlinSites(source)
    queries.plain()
    queries.used()
    queries.lambda()
    queries.inlined()
    queries.withDefault()
    queries.task()
    runBlocking {
        queries.suspended()
        queries.switched()
        launch {
            yield()
            queries.counted("select count(*) from customers where id = 110") // site
        }
        async { source.notes(111) }.await()
    }
}

/** An extension. */
suspend fun DataSource.notes(id: Int): List<String> {
    delay(1)
    return connection.use { c ->
        c.prepareStatement("select note from customers where id = ? and 111 = 111").use { s ->
            s.setInt(1, id)
            s.executeQuery().use { rows -> // site
                generateSequence { if (rows.next()) rows.getString(1) else null }.toList()
            }
        }
    }
}

class KotlinSites(private val source: DataSource) {

    fun plain() {
        val connection = source.connection
        try {
            connection.createStatement().executeQuery("select count(*) from customers where id = 101").close() // site
        } finally {
            connection.close()
        }
    }

    fun used() {
        source.connection.use { c ->
            c.createStatement().use { s ->
                s.executeQuery("select count(*) from customers where id = 102").close() // site
            }
        }
    }

    fun lambda() {
        val work: (Int) -> Unit = { id ->
            source.connection.use {
                it.createStatement().executeQuery("select count(*), 103 from customers where id = " + id).close() // site
            }
        }
        listOf(1).forEach(work)
    }

    fun inlined() {
        count(source, "select count(*) from customers where id = 104") // site
        measured {
            count(source, "select count(*), 105 from customers where id = 105") // site
        }
    }

    fun withDefault(id: Int = 106) {
        source.connection.use {
            it.createStatement().executeQuery("select count(*), 106 from customers where id = " + id).close() // site
        }
    }

    fun task() {
        val executor = Executors.newSingleThreadExecutor()
        try {
            executor.submit {
                source.connection.use {
                    it.createStatement().executeQuery("select count(*) from customers where id = 107").close() // site
                }
            }.get()
        } finally {
            executor.shutdown()
        }
    }

    suspend fun suspended() {
        delay(1)
        source.connection.use {
            it.createStatement().executeQuery("select count(*) from customers where id = 108").close() // site
        }
    }

    suspend fun switched() = withContext(Dispatchers.IO) {
        yield()
        measured {
            source.connection.use {
                it.createStatement().executeQuery("select count(*) from customers where id = 109").close() // site
            }
        }
    }
}

/** A member that is copied into its callers: what it calls is here, and where it is called is there. */
inline fun KotlinSites.counted(sql: String): Int = measured { count(data(), sql) }

@PublishedApi
internal fun KotlinSites.data(): DataSource =
    KotlinSites::class.java.getDeclaredField("source").let {
        it.isAccessible = true
        it.get(this) as DataSource
    }
